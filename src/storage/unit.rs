//! A unit of work without its types, so that units of every kind wait in one queue.

use super::changes::Changes;
use super::overlay::Overlay;
use super::port::{Fault, State, Stop, Txn};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A unit of work that somebody waits for.
pub(super) trait Unit: Send {
    /// Runs over `beneath`; gives what is to be kept, or none if the unit failed.
    fn run(&mut self, beneath: &dyn State) -> Option<Changes>;

    /// Tells the one who waits how it ended. `committed` says whether what the unit left behind, and what it
    /// built upon, is durable; if not, the fault replaces the unit's own answer.
    fn answer(self: Box<Self>, committed: Result<(), Fault>);
}

/// A unit of work with its answer, and the way to hand that over.
pub(super) struct Waiting<T, R, F, A> {
    unit: F,
    outcome: Result<T, Stop<R>>,
    reply: A,
}

impl<T, R, F, A> Waiting<T, R, F, A> {
    /// A unit that has not run; `reply` gets its answer.
    pub(super) fn new(unit: F, reply: A) -> Self {
        let outcome = Err(Stop::Fault(Fault::unavailable("the unit of work did not run")));
        Self { unit, outcome, reply }
    }
}

impl<T, R, F, A> Unit for Waiting<T, R, F, A>
where
    F: FnMut(&mut dyn Txn) -> Result<T, Stop<R>> + Send,
    T: Send,
    R: Send,
    A: FnOnce(Result<T, Stop<R>>) + Send,
{
    fn run(&mut self, beneath: &dyn State) -> Option<Changes> {
        let (outcome, changes) = attempt(&mut self.unit, beneath);
        self.outcome = outcome;
        changes
    }

    fn answer(self: Box<Self>, committed: Result<(), Fault>) {
        let Self { outcome, reply, .. } = *self;
        reply(committed.map_err(Stop::Fault).and(outcome));
    }
}

/// Runs `unit` once over `beneath`: its answer, and its changes if they are to be kept. A panic is a fault.
pub(super) fn attempt<T, R, F>(unit: &mut F, beneath: &dyn State) -> (Result<T, Stop<R>>, Option<Changes>)
where
    F: FnMut(&mut dyn Txn) -> Result<T, Stop<R>>,
{
    let mut overlay = Overlay::above(beneath);
    let Ok(outcome) = catch_unwind(AssertUnwindSafe(|| unit(&mut overlay))) else {
        return (Err(Stop::Fault(Fault::broken("a unit of work panicked"))), None);
    };
    if let Err(Stop::Fault(_)) = outcome {
        return (outcome, None);
    }
    match overlay.finish() {
        Ok(changes) => (outcome, Some(changes)),
        Err(fault) => (Err(Stop::Fault(fault)), None),
    }
}
