//! One answer from a worker's thread to a waiting future.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

struct State<T> {
    value: Option<T>,
    /// The answering side is gone, with or without an answer.
    over: bool,
    waiter: Option<Waker>,
}

/// The answering side. Dropped without an answer, it answers "none".
pub(super) struct Answer<T>(Arc<Mutex<State<T>>>);

/// The waiting side: a future of the answer.
pub(super) struct Reply<T>(Arc<Mutex<State<T>>>);

/// Both sides.
pub(super) fn channel<T>() -> (Answer<T>, Reply<T>) {
    let state = Arc::new(Mutex::new(State { value: None, over: false, waiter: None }));
    (Answer(Arc::clone(&state)), Reply(state))
}

/// Nothing panics while it holds the lock, so a poisoned one is as good as any.
fn lock<T>(state: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Answer<T> {
    /// Gives the answer.
    pub(super) fn send(self, value: T) {
        lock(&self.0).value = Some(value);
        // Dropping `self` wakes the waiter.
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        let waiter = {
            let mut state = lock(&self.0);
            state.over = true;
            state.waiter.take()
        };
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}

impl<T> Future for Reply<T> {
    /// None where the worker failed to answer.
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = lock(&self.0);
        if state.over {
            return Poll::Ready(state.value.take());
        }
        state.waiter = Some(context.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[tokio::test]
    async fn the_answer_arrives_before_and_after_it_is_waited_for() {
        let (answer, reply) = channel();
        answer.send(1);
        assert_eq!(reply.await, Some(1));
        let (answer, reply) = channel();
        let sender = thread::spawn(move || answer.send(2));
        assert_eq!(reply.await, Some(2));
        sender.join().unwrap();
    }

    #[tokio::test]
    async fn a_side_that_is_gone_answers_none() {
        let (answer, reply) = channel::<()>();
        drop(answer);
        assert_eq!(reply.await, None);
    }

    #[tokio::test]
    async fn an_answer_wakes_a_future_that_has_waited() {
        let (answer, reply) = channel();
        let waiting = tokio::spawn(reply);
        tokio::task::yield_now().await;
        answer.send(3);
        assert_eq!(waiting.await.unwrap(), Some(3));
    }
}
