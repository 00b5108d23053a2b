//! The signals that stop a server.

use crate::server::Error;
use std::thread;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// A receiver that changes to true at the first SIGTERM or SIGINT.
///
/// # Errors
///
/// [`Error::Signal`] where the system does not let us wait for them.
pub fn stop() -> Result<watch::Receiver<bool>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Signal)?;
    let _entered = runtime.enter();
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::Signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Signal)?;
    drop(_entered);
    let (sender, receiver) = watch::channel(false);
    thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
        // Where nobody waits any more there is nothing to stop.
        sender.send_replace(true);
    });
    Ok(receiver)
}
