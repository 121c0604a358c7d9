//! The threads that hash, and the bounded queue before them.

use super::hashing::Memory;
use super::params::HashParams;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// How far the workers stand back behind the other threads of the server (`nice`): tokens and key sets never wait
/// behind a login, and an idle core still hashes at full speed.
const NICENESS: i32 = 5;

/// One piece of work, done in the memory of the worker that takes it.
pub(super) type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// The queue is full.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

/// The way to the worker threads. They end when it is dropped and the queue is empty.
pub(super) struct Workers {
    queue: SyncSender<Job>,
}

impl Workers {
    /// Starts `count` threads behind a queue of `queue` places. Each keeps the memory that `params` need.
    pub(super) fn start(count: NonZeroUsize, queue: NonZeroUsize, params: HashParams) -> io::Result<Self> {
        let (sender, receiver) = sync_channel(queue.get());
        let jobs = Arc::new(Mutex::new(receiver));
        for n in 0..count.get() {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new().name(format!("password-{n}")).spawn(move || work(&jobs, params))?;
        }
        Ok(Self { queue: sender })
    }

    /// Queues a job, at once or not at all. Once queued it is done, whoever still waits for it.
    pub(super) fn submit(&self, job: Job) -> Result<(), Full> {
        self.queue.try_send(job).map_err(|_| Full)
    }
}

fn work(jobs: &Mutex<Receiver<Job>>, params: HashParams) {
    if rustix::process::nice(NICENESS).is_err() {
        tracing::debug!("the password threads run at the server's own priority");
    }
    let mut memory = Memory::default();
    while let Some(job) = next(jobs) {
        if catch_unwind(AssertUnwindSafe(|| job(&mut memory))).is_err() {
            memory = Memory::default();
        }
        memory.trim_to(params);
    }
}

/// The next job; none when no more can come.
fn next(jobs: &Mutex<Receiver<Job>>) -> Option<Job> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    fn workers(queue: usize) -> Workers {
        let queue = NonZeroUsize::new(queue).unwrap();
        Workers::start(NonZeroUsize::MIN, queue, HashParams::LOWERED).unwrap()
    }

    #[test]
    fn a_job_that_panics_takes_no_worker_with_it() {
        let workers = workers(4);
        let (done, ended) = channel();
        assert!(workers.submit(Box::new(|_| panic!("on purpose"))).is_ok());
        assert!(workers.submit(Box::new(move |_| done.send(()).unwrap())).is_ok());
        ended.recv().unwrap();
    }

    #[test]
    fn the_queue_has_as_many_places_as_it_was_given() {
        let workers = workers(2);
        let (started, start) = channel();
        let (release, released) = channel::<()>();
        let hold = move |_: &mut Memory| {
            started.send(()).unwrap();
            released.recv().unwrap_err();
        };
        assert!(workers.submit(Box::new(hold)).is_ok());
        start.recv().unwrap();
        let (done, ended) = channel();
        for _ in 0..2 {
            let done = done.clone();
            assert!(workers.submit(Box::new(move |_| done.send(()).unwrap())).is_ok());
        }
        assert_eq!(workers.submit(Box::new(|_| ())), Err(Full));
        drop(release);
        ended.recv().unwrap();
        ended.recv().unwrap();
    }
}
