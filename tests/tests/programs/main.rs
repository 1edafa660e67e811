//! The programs as people, pipelines and hostile peers meet them: processes that talk over sockets.

mod by_hand;
mod campaigns;
mod computing;
mod crack;
#[cfg(target_os = "linux")]
mod endurance;
mod fuzzed;
mod group;
mod hostile_peers;
mod http;
mod interrupted;
mod lessons;
mod malformed;
mod own_victim;
mod packets;
#[cfg(target_os = "linux")]
mod patience;
mod pipeline;
mod processes;
mod python_client;
mod stepping;
#[cfg(target_os = "linux")]
mod told;
mod voice;
