//! Whether the system is light or dark, where winit does not know: on Linux the settings portal says so, and says when
//! it changes.

use egui::Theme;

use crate::gui::desktop::wake::Wake;

/// What the system wants, as far as it is known.
#[derive(Debug)]
pub(crate) struct SystemTheme {
    #[cfg(target_os = "linux")]
    portal: Option<portal::Portal>,
}

impl SystemTheme {
    /// Asks on a thread of its own; `wake` is called when the answer changes.
    pub(crate) fn watch(wake: Wake) -> Self {
        #[cfg(not(target_os = "linux"))]
        let _ = wake;
        Self {
            #[cfg(target_os = "linux")]
            portal: portal::Portal::watch(wake),
        }
    }

    /// The answer; `None` where winit knows better or nobody knows.
    pub(crate) fn theme(&self) -> Option<Theme> {
        #[cfg(target_os = "linux")]
        return self.portal.as_ref().and_then(portal::Portal::theme);
        #[cfg(not(target_os = "linux"))]
        None
    }
}

#[cfg(target_os = "linux")]
mod portal {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, Mutex, PoisonError};

    use egui::Theme;
    use zbus::blocking::{Connection, Proxy};
    use zbus::zvariant::{OwnedValue, Value};

    use super::Wake;

    const NAMESPACE: &str = "org.freedesktop.appearance";
    const KEY: &str = "color-scheme";
    /// As the portal counts: 0 no preference, 1 dark, 2 light.
    const NO_PREFERENCE: u32 = 0;
    const DARK: u32 = 1;
    const LIGHT: u32 = 2;

    /// The thread that listens to the portal.
    #[derive(Debug)]
    pub(in crate::gui) struct Portal {
        scheme: Arc<AtomicU32>,
        connection: Arc<Mutex<Option<Connection>>>,
    }

    impl Portal {
        pub(in crate::gui) fn watch(wake: Wake) -> Option<Self> {
            let scheme = Arc::new(AtomicU32::new(NO_PREFERENCE));
            let connection = Arc::new(Mutex::new(None));
            let (heard, kept) = (Arc::clone(&scheme), Arc::clone(&connection));
            let thread = std::thread::Builder::new().name("theme".to_owned()).spawn(move || {
                if let Err(error) = listen(&heard, &kept, &wake) {
                    tracing::debug!(%error, "the settings portal does not say whether the system is dark");
                }
            });
            // The handle is let go: a bus that hangs must not hold up closing the window.
            thread.ok().map(|_| Self { scheme, connection })
        }

        pub(in crate::gui) fn theme(&self) -> Option<Theme> {
            match self.scheme.load(Ordering::Relaxed) {
                DARK => Some(Theme::Dark),
                LIGHT => Some(Theme::Light),
                _ => None,
            }
        }
    }

    impl Drop for Portal {
        fn drop(&mut self) {
            let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(connection) = connection
                && let Err(error) = connection.close()
            {
                tracing::debug!(%error, "the bus was gone already");
            }
        }
    }

    fn listen(scheme: &AtomicU32, kept: &Mutex<Option<Connection>>, wake: &Wake) -> zbus::Result<()> {
        let connection = Connection::session()?;
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection.clone());
        let portal = Proxy::new(
            &connection,
            "org.freedesktop.portal.Desktop",
            "/org/freedesktop/portal/desktop",
            "org.freedesktop.portal.Settings",
        )?;
        let changes = portal.receive_signal_with_args("SettingChanged", &[(0, NAMESPACE), (1, KEY)])?;
        let first: OwnedValue = portal.call("Read", &(NAMESPACE, KEY))?;
        note(&first, scheme, wake);
        for change in changes {
            let (_, _, value): (String, String, OwnedValue) = change.body().deserialize()?;
            note(&value, scheme, wake);
        }
        Ok(())
    }

    fn note(value: &Value<'_>, scheme: &AtomicU32, wake: &Wake) {
        match value {
            Value::U32(found) if scheme.swap(*found, Ordering::Relaxed) != *found => wake.wake(),
            Value::Value(inner) => note(inner, scheme, wake), // `Read` answers with a value in a value
            _ => {}
        }
    }
}
