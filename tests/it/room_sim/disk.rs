//! Disks at work: slowly, full, failing, or well.

use landline::proto::Store;
use landline::proto::log::{Batch, StoreError};

use super::node::Node;
use super::world::{HOST, Happening, SECOND, World};

impl World {
    pub(crate) fn wish(&mut self, node: usize, wish: Store) {
        if let Store::Keep(batch) = &wish {
            if let Err(violation) = self.checker.asked(batch) {
                self.violation.get_or_insert(violation);
            }
            if node == HOST {
                let heads = self.nodes[1..].iter().filter(|node| node.connected);
                let heads = heads.filter_map(|node| node.image.head).collect();
                self.known_heads.insert(batch.id, heads);
            }
        }
        self.nodes[node].wishes.push_back(wish);
        self.disk_goes_on(node);
    }

    pub(crate) fn disk_goes_on(&mut self, node: usize) {
        if self.nodes[node].disk_is_busy || self.nodes[node].wishes.is_empty() {
            return;
        }
        self.nodes[node].disk_is_busy = true;
        let slow = self.faults && self.plan.disk_slow && self.chance.u8(..10) == 0;
        let delay = self.chance.u64(if slow { 10_000..2 * SECOND } else { 50..4_000 });
        let run = self.nodes[node].run;
        self.after(delay, Happening::Kept { node, run });
    }

    pub(crate) fn keep(&mut self, node: usize) {
        let now = self.moment();
        self.nodes[node].disk_is_busy = false;
        let Some(wish) = self.nodes[node].wishes.pop_front() else {
            return;
        };
        match wish {
            Store::Read { id, from, limit } => {
                let page = self.nodes[node].image.page(from, limit);
                self.with(node, |endpoint| endpoint.handle_read(now, id, page));
            }
            Store::Keep(batch) => {
                let result = self.flush(node, &batch);
                self.note(|| format!("{node} keeps {:?}: {result:?}", batch.id));
                self.with(node, |endpoint| endpoint.handle_stored(now, batch.id, result));
            }
        }
        self.disk_goes_on(node);
    }

    pub(crate) fn flush(&mut self, node: usize, batch: &Batch) -> Result<(), StoreError> {
        let fails = self.faults && self.plan.disk_fails && self.chance.u16(..400) == 0;
        if fails {
            if self.chance.bool() {
                self.apply(node, batch); // it is on the disk, and nobody knows
            }
            return Err(StoreError::Failed);
        }
        if self.nodes[node].full_until > self.now {
            return Err(StoreError::Full);
        }
        if !self.apply(node, batch) {
            self.note(|| format!("{node} asks its disk for {batch:?}"));
            self.violation
                .get_or_insert_with(|| format!("I4/I5: {node} asks its disk for what contradicts it"));
            return Err(StoreError::Conflict);
        }
        Ok(())
    }

    pub(crate) fn apply(&mut self, node: usize, batch: &Batch) -> bool {
        if self.nodes[node].image.apply(batch).is_err() {
            return false;
        }
        let checked = if node == HOST {
            let known = self.known_heads.remove(&batch.id).unwrap_or_default();
            self.checker.host_kept(batch, &known)
        } else {
            let Node { identity, image, .. } = &self.nodes[node];
            self.checker.guest_kept(node, identity.key(), image, batch)
        };
        if let Err(violation) = checked {
            self.violation.get_or_insert(violation);
        }
        true
    }
}
