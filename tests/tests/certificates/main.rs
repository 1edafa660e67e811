//! The validator of certificates against grammars, hostile input, and other judges.

mod anchors;
mod described;
mod differential;
mod forms;
mod grammar;
mod hostile;
mod identity;
mod limbo;
mod lists;
mod names;
mod paths;
mod standing;
