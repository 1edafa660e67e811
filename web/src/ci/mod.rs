//! Every scenario against its expected outcome, and the reports of it that CI systems read.

pub mod baseline;
pub mod gradescope;
pub mod group;
pub mod junit;
pub mod outcomes;
pub mod own;
pub mod report;
pub mod sarif;
pub mod summary;
