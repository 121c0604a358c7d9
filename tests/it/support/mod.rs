//! What the tests that speak HTTP begin with.

pub(crate) mod app;
pub(crate) mod browser;
pub(crate) mod caching;
pub(crate) mod certificates;
pub(crate) mod conditions;
pub(crate) mod device;
pub(crate) mod dpop;
pub(crate) mod ending;
pub(crate) mod exchange;
pub(crate) mod flow;
pub(crate) mod signed;
pub(crate) mod site;
pub(crate) mod webdriver;
pub(crate) mod workload;

pub(crate) use app::{Answer, App};
pub(crate) use browser::Browser;
