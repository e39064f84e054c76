//! Other people's servers, as Debian has them.

use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::time::Instant;

use anyhow::ensure;

use crate::dialect::Dialect;
use crate::process::Server;
use crate::sockets::{PATIENCE, Result, connect, free_port};

/// A server that may be installed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) dialect: Dialect,
    program: &'static str,
}

pub(crate) const NGIRCD: Peer = Peer {
    name: "ngircd",
    dialect: Dialect::Irc,
    program: "/usr/sbin/ngircd",
};
pub(crate) const MOSQUITTO: Peer = Peer {
    name: "mosquitto",
    dialect: Dialect::Mqtt,
    program: "/usr/sbin/mosquitto",
};
pub(crate) const NATS: Peer = Peer {
    name: "nats-server",
    dialect: Dialect::Nats,
    program: "/usr/sbin/nats-server",
};

impl Peer {
    pub(crate) fn is_installed(self) -> bool {
        let installed = Path::new(self.program).exists();
        if !installed {
            println!("skipped: {} is not installed ({})", self.name, self.program);
        }
        installed
    }

    pub(crate) fn start(self, folder: &Path) -> Result<Server> {
        let port = free_port()?;
        let file = folder.join(format!("{}-{port}.conf", self.name));
        std::fs::write(&file, self.config(port))?;
        let mut process = Process::new(self.program);
        match self.dialect {
            Dialect::Irc => process.args(["-n", "-f"]),
            Dialect::Mqtt | Dialect::Nats | Dialect::Bare => process.arg("-c"),
        };
        let child = process
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Server::new(child, port);
        let deadline = Instant::now() + PATIENCE;
        while connect(port).is_err() {
            ensure!(Instant::now() < deadline, "{} does not listen", self.name);
            std::thread::yield_now();
        }
        Ok(server)
    }

    /// No limit but the machine's, and nobody is asked whether they are there while another server is measured.
    fn config(self, port: u16) -> String {
        match self.dialect {
            Dialect::Irc => format!(
                "[Global]\nName = bench.example\nInfo = bench\nListen = 127.0.0.1\nPorts = {port}\nMotdPhrase = hi\n\
                 [Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxJoins = 0\nMaxPenaltyTime = 0\nPingTimeout = 3600\n\
                 [Options]\nDNS = no\nIdent = no\nPAM = no\n"
            ),
            Dialect::Mqtt => format!(
                "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_type none\nuser root\nset_tcp_nodelay true\n"
            ),
            Dialect::Nats => format!("listen: \"127.0.0.1:{port}\"\nping_interval: \"1h\"\nmax_connections: 4096\n"),
            Dialect::Bare => String::new(),
        }
    }
}
