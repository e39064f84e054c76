//! A computer: its disk, its program while it runs, and what it was asked to keep.

use std::collections::VecDeque;

use landline::proto::identity::Identity;
use landline::proto::invite::Invite;
use landline::proto::{Endpoint, Store};

use super::image::Image;

/// How far a person has come with the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// Has not been let in, or was removed.
    Outside,
    /// The program runs, or will be started again.
    Inside,
}

/// A computer.
pub(crate) struct Node {
    pub(crate) identity: Identity,
    pub(crate) name: String,
    pub(crate) endpoint: Option<Endpoint>,
    /// Counts starts of the program; what belongs to an earlier one is void.
    pub(crate) run: u32,
    pub(crate) life: Life,
    pub(crate) image: Image,
    /// What would be left of the disk now, if it has lied about flushing since.
    pub(crate) flushed: Option<Box<Image>>,
    /// What a backup has saved.
    pub(crate) backup: Option<Box<Image>>,
    pub(crate) wishes: VecDeque<Store>,
    pub(crate) disk_is_busy: bool,
    /// The disk is full until then.
    pub(crate) full_until: u64,
    pub(crate) invite: Option<Invite>,
    /// The program will be told that nothing more is at hand.
    pub(crate) pauses: bool,
    /// When the program wants to be woken.
    pub(crate) deadline: Option<u64>,
    /// The guest has heard a welcome on its newest line.
    pub(crate) connected: bool,
    pub(crate) spoken: u64,
}

impl Node {
    pub(crate) fn new(identity: Identity, name: String) -> Self {
        Self {
            identity,
            name,
            endpoint: None,
            run: 0,
            life: Life::Outside,
            image: Image::default(),
            flushed: None,
            backup: None,
            wishes: VecDeque::new(),
            disk_is_busy: false,
            full_until: 0,
            invite: None,
            pauses: false,
            deadline: None,
            connected: false,
            spoken: 0,
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.endpoint.is_some()
    }
}
