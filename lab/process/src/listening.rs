//! How programs that are connected to listen: one socket, and a task for each connection.

use crate::{
    arguments::ByHand,
    channel,
    frames::wait_for,
    limits::{self, CONNECTIONS},
    part::Listening,
    places::Places,
    program::{FAILED, FINE, Failure, admit, failed, leave_interrupts_to_the_console, outlet},
    reception::Reception,
    reports::reports,
};
use lab::control::Report;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket},
    time::sleep,
};

/// Connections that the system may keep waiting.
const BACKLOG: u32 = 1024;
/// The pause before the next try to take a connection, where one could not be taken.
const SHORT_OF_FILES: Duration = Duration::from_millis(50);

/// Listens until the console closes the orders, or for ever where there is no console.
///
/// # Errors
/// The flags make no session, the address cannot be listened on, or the file for the events cannot be created.
pub async fn listen(program: Box<dyn Listening>, at: SocketAddr, exposed: bool, flags: &ByHand) -> Result<u8, Failure> {
    let at = admit(at, exposed)?;
    if !flags.control {
        // A mistake in the flags is told now, not at the first connection.
        let _ = program.by_hand("")?;
    }
    let socket = bind(at).map_err(failed(&format!("--listen {at}")))?;
    let (reports, told) = reports();
    let writer = channel::write(outlet(flags), told).await.map_err(failed("--events"))?;
    if !flags.control
        && let Some((beyond, time)) = program.beyond()
    {
        // Whoever connects here speaks at once and waits for an answer only so long.
        wait_for(beyond, time, &reports).await.map_err(failed(&format!("--connect {beyond}")))?;
    }
    let listener = socket.listen(BACKLOG).map_err(failed(&format!("--listen {at}")))?;
    let address = listener.local_addr().map_err(failed("--listen"))?.to_string();
    reports.send(Report::Listening { address }).await;
    let reception = Arc::new(Reception::new(program, flags.control, limits::greeting(flags.patience()), reports));
    let accepting = tokio::spawn(accept(listener, Arc::clone(&reception)));
    if flags.control {
        leave_interrupts_to_the_console();
        reception.obey().await;
        accepting.abort();
        return Ok(FINE);
    }
    drop(reception);
    accepting.await.map_err(|error| Failure::Failed(error.to_string()))?;
    Ok(if writer.await.unwrap_or(false) { FINE } else { FAILED })
}

/// Takes the address, at which nobody can connect before it is listened on.
fn bind(at: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if at.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As of a program that was ended a moment ago.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    Ok(socket)
}

async fn accept(listener: TcpListener, reception: Arc<Reception>) {
    let places = Places::new(CONNECTIONS);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // A connection that was gone before it was taken concerns nobody. Where files are short, some have to be
            // closed first, of which no sign comes; asking at once again would only keep a processor busy.
            sleep(SHORT_OF_FILES).await;
            continue;
        };
        let (place, needed) = places.take().await;
        let reception = Arc::clone(&reception);
        tokio::spawn(async move {
            reception.receive(stream, &place, needed).await;
            drop(place);
        });
    }
}
