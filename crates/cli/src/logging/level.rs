//! Levels by Python's names and numbers.

use std::fmt;
use std::str::FromStr;

use tracing::level_filters::LevelFilter;

/// How much a message matters. Compares by weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(u8);

impl Level {
    /// Everything.
    pub const NOTSET: Self = Self(0);
    /// For tracking down problems.
    pub const DEBUG: Self = Self(10);
    /// What is going on.
    pub const INFO: Self = Self(20);
    /// Something is odd.
    pub const WARNING: Self = Self(30);
    /// Something failed.
    pub const ERROR: Self = Self(40);
    /// Nothing works.
    pub const CRITICAL: Self = Self(50);

    /// The number that Python gives this level.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The name of the level.
    pub const fn name(self) -> &'static str {
        match self.0 {
            0 => "NOTSET",
            10 => "DEBUG",
            20 => "INFO",
            30 => "WARNING",
            40 => "ERROR",
            _ => "CRITICAL",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name is in capitals, as in Python.
impl FromStr for Level {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "NOTSET" => Ok(Self::NOTSET),
            "DEBUG" => Ok(Self::DEBUG),
            "INFO" => Ok(Self::INFO),
            "WARNING" | "WARN" => Ok(Self::WARNING),
            "ERROR" => Ok(Self::ERROR),
            "CRITICAL" | "FATAL" => Ok(Self::CRITICAL),
            _ => Err(()),
        }
    }
}

impl From<tracing::Level> for Level {
    fn from(level: tracing::Level) -> Self {
        match level {
            tracing::Level::ERROR => Self::ERROR,
            tracing::Level::WARN => Self::WARNING,
            tracing::Level::INFO => Self::INFO,
            _ => Self::DEBUG,
        }
    }
}

/// The filter that lets this level and what is above through.
impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level.0 {
            0..10 => Self::TRACE,
            10..20 => Self::DEBUG,
            20..30 => Self::INFO,
            30..40 => Self::WARN,
            40..50 => Self::ERROR,
            _ => Self::OFF,
        }
    }
}
