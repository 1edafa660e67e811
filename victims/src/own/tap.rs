//! Between a program of the user's own and everybody else: every frame passes, and is told.

use super::facts::Watched;
use lab::{
    event::{Fact, Limit, Way},
    wire::{Frame, Kind},
};
use process::{
    frames::{Arrival, Frames},
    limits::{Limits, after},
    teller::Teller,
};
use tokio::{
    io::AsyncWriteExt,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::{sleep_until, timeout},
};

/// One end of a connection.
pub(super) struct End {
    frames: Frames<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    open: bool,
}

impl End {
    pub(super) fn new(frames: Frames<OwnedReadHalf>, writer: OwnedWriteHalf) -> Self {
        Self { frames, writer, open: true }
    }

    pub(super) fn of(stream: TcpStream) -> Self {
        let (reader, writer) = stream.into_split();
        Self::new(Frames::new(reader), writer)
    }
}

/// Numbers flights: a flight is what one party sends in a row, and records travel in the one after the last of the handshake.
#[derive(Default)]
struct Flights {
    now: u32,
    last: Option<Way>,
}

impl Flights {
    fn of(&mut self, way: Way, kind: Kind) -> u32 {
        if kind == Kind::Record {
            return self.now + 1;
        }
        if self.last != Some(way) {
            self.now += 1;
            self.last = Some(way);
        }
        self.now
    }
}

/// Passes frames on until both ends have ended, or the session's time is over; `first` has come from the far end already.
pub(super) async fn tap(
    mut near: End,
    mut far: End,
    first: Option<Frame>,
    limits: Limits,
    teller: &Teller,
    watched: &mut Watched,
) {
    let (end, mut flights) = (after(limits.session), Flights::default());
    if let Some(frame) = first {
        pass(&frame, Way::Received, &mut near.writer, limits, &mut flights, teller, watched).await;
    }
    while near.open || far.open {
        let (way, arrival) = tokio::select! {
            arrival = near.frames.next(), if near.open => (Way::Sent, arrival),
            arrival = far.frames.next(), if far.open => (Way::Received, arrival),
            () = sleep_until(end) => {
                watched.limit = Some(Limit::Session);
                return;
            }
        };
        let (from, to) = match way {
            Way::Sent => (&mut near, &mut far),
            Way::Received => (&mut far, &mut near),
        };
        match arrival {
            Arrival::Frame(frame) => pass(&frame, way, &mut to.writer, limits, &mut flights, teller, watched).await,
            // What is no frame is the end of what can be understood.
            Arrival::Malformed(_) | Arrival::End => {
                from.open = false;
                // Whoever is gone need not be told.
                let _ = to.writer.shutdown().await;
            }
        }
    }
}

async fn pass(
    frame: &Frame,
    way: Way,
    to: &mut OwnedWriteHalf,
    limits: Limits,
    flights: &mut Flights,
    teller: &Teller,
    watched: &mut Watched,
) {
    let flight = flights.of(way, frame.kind);
    watched.note(way, flight, frame);
    teller.tell(Fact::Frame { way, flight, kind: frame.kind.to_string(), bytes: frame.to_text() }).await;
    // A peer that is gone shows as the end of what it sends.
    let _ = timeout(limits.silence, to.write_all(&frame.to_bytes())).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flights_are_counted_as_victims_count_them() {
        let mut flights = Flights::default();
        let said = [
            (Way::Sent, Kind::ClientHello, 1),
            (Way::Received, Kind::ServerHello, 2),
            (Way::Received, Kind::Finished, 2),
            (Way::Sent, Kind::Finished, 3),
            (Way::Received, Kind::Record, 4),
            (Way::Sent, Kind::Record, 4),
        ];
        for (way, kind, flight) in said {
            assert_eq!(flights.of(way, kind), flight, "{kind}");
        }
    }
}
