//! nginx with a fixed response.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use super::Anything;
use super::certificate::Certificate;
use crate::example;
use crate::report::target;

/// The command that starts it, and the address where it will listen.
pub(crate) fn command(certificate: Option<&Certificate>) -> Result<(Command, String), Anything> {
    let program = program()?;
    let folder = target().join("benches/nginx");
    fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    // nginx cannot let the system choose a port. If another program takes this one in the meantime,
    // nginx reports an error.
    let authority = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let tls = match certificate {
        Some(files) => format!(
            "listen {authority} ssl backlog=16384; ssl_protocols TLSv1.2 TLSv1.3;\n\
             ssl_certificate {}; ssl_certificate_key {};",
            files.certificate.canonicalize()?.display(),
            files.key.canonicalize()?.display()
        ),
        None => format!("listen {authority} backlog=16384;"),
    };
    let answer = String::from_utf8(example::created().to_vec())?;
    let place = folder.display();
    let text = format!(
        "daemon off;\nworker_processes 1;\nworker_rlimit_nofile 65536;\nuser root;\n\
         pid {place}/nginx.pid;\nerror_log {place}/error.log;\n\
         events {{ worker_connections 16384; }}\n\
         http {{\naccess_log off;\nclient_body_temp_path {place}/body;\n\
         proxy_temp_path {place}/proxy;\nfastcgi_temp_path {place}/fastcgi;\n\
         scgi_temp_path {place}/scgi;\nuwsgi_temp_path {place}/uwsgi;\n\
         keepalive_requests 1000000000;\nkeepalive_timeout 600s;\n\
         server {{\n{tls}\ndefault_type application/json;\n\
         location / {{ return 200 '{answer}'; }}\n}}\n}}\n"
    );
    let config = folder.join("nginx.conf");
    fs::write(&config, text)?;
    let mut command = Command::new(program);
    command.arg("-p").arg(&folder).arg("-c").arg(&config);
    command.arg("-e").arg(folder.join("error.log"));
    Ok((command, authority))
}

/// Waits until it listens.
pub(crate) fn wait(authority: &str) -> Result<(), Anything> {
    let began = Instant::now();
    while TcpStream::connect(authority).is_err() {
        if began.elapsed() > Duration::from_secs(5) {
            return Err("nginx is not listening: see target/benches/nginx/error.log".into());
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// The installed nginx, or the one that `tests/interop/run` has unpacked.
fn program() -> Result<PathBuf, Anything> {
    let path = env::var_os("PATH").unwrap_or_default();
    let installed = env::split_paths(&path).map(|folder| folder.join("nginx"));
    let unpacked = target().join("interop/nginx/usr/sbin/nginx");
    let found = installed
        .chain([unpacked])
        .find(|program| program.is_file());
    found.ok_or(
        "nginx was not found: install it (Debian: apt-get install nginx), or run tests/interop/run, \
         which unpacks it into target"
            .into(),
    )
}
