//! What happens to the service.

use super::events::{SECOND, Time};

/// What goes wrong with the service, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scenario {
    /// Nothing.
    Healthy,
    /// For 10 s every request is answered with 503.
    BriefOutage,
    /// For 5 minutes every request is answered with 503.
    LongOutage,
    /// For 2 minutes so much of the capacity is gone that the calls are 120 % of the rest.
    Overload120,
    /// For 2 minutes so much of the capacity is gone that the calls are 200 % of the rest.
    Overload200,
    /// For 1 minute each client may send four requests where it makes five calls, counted in
    /// windows of 10 s, the same for all; what is over is answered with 429 and a `Retry-After`
    /// until the next window.
    RateLimit,
    /// For 1 minute half of the requests wait for a dependency, until the service gives up and
    /// answers with 504 after 15 s.
    Slow,
    /// For 1 minute one of ten instances is always restarting: connections to it are reset.
    RollingRestart,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Healthy,
        Self::BriefOutage,
        Self::LongOutage,
        Self::Overload120,
        Self::Overload200,
        Self::RateLimit,
        Self::Slow,
        Self::RollingRestart,
    ];

    /// As it is called in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::BriefOutage => "outage-10s",
            Self::LongOutage => "outage-5m",
            Self::Overload120 => "overload-120",
            Self::Overload200 => "overload-200",
            Self::RateLimit => "rate-limit",
            Self::Slow => "slow",
            Self::RollingRestart => "rolling-restart",
        }
    }

    /// How long the cause lasts, in seconds.
    pub fn seconds(self) -> f64 {
        (self.lasts() / SECOND) as f64
    }

    pub(super) fn lasts(self) -> Time {
        SECOND
            * match self {
                Self::BriefOutage => 10,
                Self::LongOutage => 300,
                Self::Overload120 | Self::Overload200 => 120,
                Self::Healthy | Self::RateLimit | Self::Slow | Self::RollingRestart => 60,
            }
    }
}
