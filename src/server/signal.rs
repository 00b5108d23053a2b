//! The signals that a server obeys.

use crate::server::Error;
use std::thread;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// A receiver that changes to true at the first SIGTERM or SIGINT. `hang_up` is called at each SIGHUP.
///
/// # Errors
///
/// [`Error::Signal`] where the system does not let us wait for them.
pub fn stop(
    sender: watch::Sender<bool>,
    hang_up: impl Fn() + Send + 'static,
) -> Result<watch::Receiver<bool>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Signal)?;
    let entered = runtime.enter();
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::Signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Signal)?;
    let mut hangup = signal(SignalKind::hangup()).map_err(Error::Signal)?;
    drop(entered);
    let receiver = sender.subscribe();
    thread::spawn(move || {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = terminate.recv() => break,
                    _ = interrupt.recv() => break,
                    _ = hangup.recv() => hang_up(),
                }
            }
        });
        // Where nobody waits any more there is nothing to stop.
        sender.send_replace(true);
    });
    Ok(receiver)
}
