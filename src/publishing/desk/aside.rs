//! Large files are read aside, on a thread of their own: what takes seconds to read holds up no other file, no embargo
//! and no withdrawal. Until a file is read its item stays as it is.

use crate::newsroom::Sections;
use crate::newsroom::site::Site;
use crate::source::DataDirectory;
use crate::source::load::{self, Loaded};
use crate::source::stamp::FileStamp;
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A file of more bytes than this is read aside. One of fewer takes some milliseconds, whatever is in it.
pub const LARGE_BYTES: u64 = 256 * 1024;

/// Is told the file that has been read.
pub type Tell = dyn Fn(&str) + Send + Sync;

/// The files that are read aside.
#[derive(Default)]
pub struct Aside {
    /// Where files are sent to be read; `None` where all are read at once.
    sender: Option<Sender<Job>>,
    /// The files that were sent, with the stamps that they had.
    busy: HashMap<Arc<str>, FileStamp>,
    /// What they gave.
    done: Arc<Mutex<HashMap<Arc<str>, Done>>>,
}

/// A file to be read.
pub struct Job {
    /// Where it lies.
    pub directory: Arc<DataDirectory>,
    /// The settings under which it is read.
    pub site: Arc<Site>,
    /// The sections.
    pub sections: Arc<Sections>,
    /// The file.
    pub file: Arc<str>,
    /// Its stamp as it was listed.
    pub stamp: FileStamp,
}

/// What a file gave.
pub struct Done {
    /// What was to be read.
    pub job: Job,
    /// What it holds, and its stamp after the reading.
    pub loaded: (Loaded, Option<FileStamp>),
}

impl Aside {
    /// Reads large files aside from now on.
    pub fn start(&mut self, tell: Arc<Tell>) {
        let (sender, jobs) = channel();
        let done = Arc::clone(&self.done);
        std::thread::spawn(move || read(&jobs, &done, &*tell));
        self.sender = Some(sender);
    }

    /// Whether a file is read aside, unless it is being read already.
    pub fn takes(&self, stamp: FileStamp) -> bool {
        self.sender.is_some() && stamp.size > LARGE_BYTES
    }

    /// Whether a file is being read, or was read and not taken yet, as it is under a stamp.
    pub fn has(&self, file: &str, stamp: FileStamp) -> bool {
        self.busy.get(file) == Some(&stamp)
    }

    /// Whether no file is being read.
    pub fn is_idle(&self) -> bool {
        self.busy.is_empty()
    }

    /// Whether a file is being read.
    pub fn is_busy(&self, file: &str) -> bool {
        self.busy.contains_key(file)
    }

    /// Has a file read.
    pub fn send(&mut self, job: Job) {
        self.busy.insert(Arc::clone(&job.file), job.stamp);
        // The thread lasts as long as this does.
        let _ended = self.sender.as_ref().map(|sender| sender.send(job));
    }

    /// What a file gave, if it has been read as it is under a stamp.
    pub fn take(&mut self, file: &str, stamp: FileStamp) -> Option<Done> {
        let done = self.lock().remove(file)?;
        if self.busy.get(file) == Some(&done.job.stamp) {
            self.busy.remove(file);
        }
        Some(done).filter(|done| done.job.stamp == stamp)
    }

    /// Forgets a file that is gone.
    pub fn forget(&mut self, file: &str) {
        self.busy.remove(file);
        self.lock().remove(file);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Done>> {
        // A panic while the lock was held leaves whole entries behind.
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(jobs: &Receiver<Job>, done: &Mutex<HashMap<Arc<str>, Done>>, tell: &Tell) {
    for job in jobs {
        let loaded = load::load(&job.directory, &job.file, &job.site, &job.sections);
        let file = Arc::clone(&job.file);
        let entry = Done { job, loaded };
        done.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(Arc::clone(&file), entry);
        tell(&file);
    }
}
