//! A small FTP server on the loopback, for one test case: it speaks [`Dialogue`], moves data both ways (PASV, EPSV, PORT,
//! EPRT) and records every control line.

use super::ftp_dialogue::{Answer, Dialogue, Tree};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a server may live, and how long it waits for a data connection.
const LIFE: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(2);
const TICK: Duration = Duration::from_millis(2);

/// A server that runs until it is dropped or asked for its record.
pub(crate) struct FtpServer {
    port: u16,
    state: Arc<State>,
    acceptor: Option<JoinHandle<()>>,
}

/// What a server saw, and what it holds in the end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    /// Control lines in the order of their arrival, without their line ends.
    pub(crate) control: Vec<String>,
    /// Files by their path below the root.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

struct State {
    system: String,
    stopped: AtomicBool,
    control: Mutex<Vec<String>>,
    tree: Arc<Mutex<Tree>>,
    started: Instant,
}

impl FtpServer {
    /// Starts a server on a free port of 127.0.0.1. `system` is what it answers to SYST after `215 `; `files` are paths
    /// below its root and their content.
    pub(crate) fn start(system: &str, files: &[(&str, &[u8])]) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State {
            system: system.to_owned(),
            stopped: AtomicBool::new(false),
            control: Mutex::default(),
            tree: Arc::new(Mutex::new(Tree::of(files))),
            started: Instant::now(),
        });
        let shared = Arc::clone(&state);
        let acceptor = thread::spawn(move || accept_all(&listener, &shared));
        Ok(Self { port, state, acceptor: Some(acceptor) })
    }

    /// Its port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Stops it and tells what it saw.
    pub(crate) fn finish(mut self) -> Record {
        self.stop();
        let below_root =
            |(path, content): (&String, &Vec<u8>)| (path.trim_start_matches('/').to_owned(), content.clone());
        Record {
            control: self.state.control.lock().unwrap().clone(),
            files: self.state.tree.lock().unwrap().files.iter().map(below_root).collect(),
        }
    }

    fn stop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

impl Drop for FtpServer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl State {
    fn is_over(&self) -> bool {
        self.stopped.load(Ordering::SeqCst) || self.started.elapsed() > LIFE
    }
}

fn accept_all(listener: &TcpListener, state: &Arc<State>) {
    let mut sessions = Vec::new();
    while !state.is_over() {
        match listener.accept() {
            Ok((stream, _)) => {
                let state = Arc::clone(state);
                sessions.push(thread::spawn(move || {
                    let _ = Session::new(stream, state).and_then(Session::serve);
                }));
            }
            Err(_) => thread::sleep(TICK),
        }
    }
    for session in sessions {
        let _ = session.join();
    }
}

/// Where the next data connection comes from.
enum Data {
    None,
    Passive(TcpListener),
    Active(SocketAddr),
}

struct Session {
    control: TcpStream,
    reader: BufReader<TcpStream>,
    state: Arc<State>,
    dialogue: Dialogue,
    data: Data,
}

impl Session {
    fn new(control: TcpStream, state: Arc<State>) -> io::Result<Self> {
        control.set_nonblocking(false)?;
        control.set_nodelay(true)?;
        control.set_read_timeout(Some(Duration::from_millis(20)))?;
        let reader = BufReader::new(control.try_clone()?);
        let dialogue = Dialogue::new(Arc::clone(&state.tree), &state.system);
        Ok(Self { control, reader, state, dialogue, data: Data::None })
    }

    fn serve(mut self) -> io::Result<()> {
        self.reply("220 ready.")?;
        while let Some(line) = self.read_line()? {
            self.state.control.lock().unwrap().push(line.clone());
            match self.dialogue.answer(&line) {
                Answer::Reply(text) => self.reply(&text)?,
                Answer::Passive(extended) => self.open_port(extended)?,
                Answer::Active(argument) => self.take_port(&argument)?,
                Answer::Send(content) => self.send(&content)?,
                Answer::Receive { path, append, offset } => self.receive(&path, append, offset)?,
                Answer::Bye => return self.reply("221 Goodbye."),
            }
        }
        Ok(())
    }

    /// The next control line; nothing at the end of the connection or of the server. Telnet's interrupt and mark, which
    /// clients put before ABOR, are left out.
    fn read_line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        loop {
            match self.reader.read_until(b'\n', &mut bytes) {
                Ok(_) if bytes.ends_with(b"\n") => break,
                Ok(_) => return Ok(None),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    if self.state.is_over() {
                        return Ok(None);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        let start = bytes.iter().position(|byte| *byte < 0xf0).unwrap_or(bytes.len());
        let line = String::from_utf8_lossy(bytes.get(start..).unwrap_or_default()).into_owned();
        Ok(Some(line.strip_suffix("\r\n").or_else(|| line.strip_suffix('\n')).unwrap_or(&line).to_owned()))
    }

    fn reply(&mut self, line: &str) -> io::Result<()> {
        self.control.write_all(format!("{line}\r\n").as_bytes())
    }

    fn open_port(&mut self, extended: bool) -> io::Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        self.data = Data::Passive(listener);
        if extended {
            self.reply(&format!("229 Entering extended passive mode (|||{port}|)."))
        } else {
            self.reply(&format!("227 Entering passive mode (127,0,0,1,{},{}).", port >> 8, port & 255))
        }
    }

    /// Data goes to the loopback only, whatever a client asks for.
    fn take_port(&mut self, argument: &str) -> io::Result<()> {
        let address = port_address(argument).or_else(|| extended_address(argument));
        match address.filter(|address| address.ip().is_loopback()) {
            Some(address) => {
                self.data = Data::Active(address);
                self.reply("200 Active data connection established.")
            }
            None => self.reply("501 Invalid address."),
        }
    }

    fn connect(&mut self) -> io::Result<TcpStream> {
        let stream = match std::mem::replace(&mut self.data, Data::None) {
            Data::None => return Err(ErrorKind::NotConnected.into()),
            Data::Active(address) => TcpStream::connect_timeout(&address, PATIENCE)?,
            Data::Passive(listener) => {
                let begun = Instant::now();
                loop {
                    match listener.accept() {
                        Ok((stream, _)) => break stream,
                        Err(error) if begun.elapsed() > PATIENCE || self.state.is_over() => return Err(error),
                        Err(_) => thread::sleep(TICK),
                    }
                }
            }
        };
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    fn send(&mut self, content: &[u8]) -> io::Result<()> {
        self.reply("150 File status okay. About to open data connection.")?;
        let sent = self.connect().and_then(|mut stream| stream.write_all(content));
        self.conclude(sent.is_ok())
    }

    fn receive(&mut self, path: &str, append: bool, offset: usize) -> io::Result<()> {
        self.reply(&format!("150 FILE: {}", path.rsplit('/').next().unwrap_or_default()))?;
        let mut content = Vec::new();
        let received = self.connect().and_then(|mut stream| stream.read_to_end(&mut content));
        if received.is_ok() {
            self.dialogue.store(path, append, offset, content);
        }
        self.conclude(received.is_ok())
    }

    fn conclude(&mut self, good: bool) -> io::Result<()> {
        self.reply(if good { "226 Transfer complete." } else { "426 Connection closed; transfer aborted." })
    }
}

/// The address of `PORT h1,h2,h3,h4,p1,p2`.
fn port_address(argument: &str) -> Option<SocketAddr> {
    let numbers: Vec<u8> = argument.split(',').map(|number| number.trim().parse::<u8>().ok()).collect::<Option<_>>()?;
    let [a, b, c, d, high, low] = numbers.try_into().ok()?;
    Some(SocketAddr::from(([a, b, c, d], u16::from_be_bytes([high, low]))))
}

/// The address of `EPRT |1|127.0.0.1|port|`.
fn extended_address(argument: &str) -> Option<SocketAddr> {
    let parts: Vec<&str> = argument.split('|').collect();
    Some(SocketAddr::new(parts.get(2)?.parse().ok()?, parts.get(3)?.parse().ok()?))
}
