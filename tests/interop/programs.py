"""The programs that the check runs: the emulator, the clients and nginx."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import string
import subprocess

HERE = pathlib.Path(__file__).parent

# In seconds. A program that takes longer than this has hung.
PATIENCE = 60


class Emulator:
    """The emulator, in a process that ends with this one."""

    def __init__(self, examples):
        self.process = subprocess.Popen(
            [examples / "interop_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        told = json.loads(self.process.stdout.readline())
        self.url, self.api_key, self.app_id = told["url"], told["api_key"], told["app_id"]

    def requests(self):
        """The requests that arrived since the last call."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait(PATIENCE)


def environment(**additions):
    """Leaves out what could lead a client elsewhere: proxies, and the caller's own key or server."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().endswith("_PROXY") and not name.startswith("APIDECK_")
    }
    return {**inherited, **additions}


class Official:
    """An official SDK, in one process for all its calls, because it takes seconds to load."""

    is_official = True

    def __init__(self, name, emulator, command, **additions):
        self.name = name
        self.process = subprocess.Popen(
            [*command, emulator.url, emulator.app_id],
            env=environment(**additions),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, emulator, consumer_id, api_key=None):
        """Makes a call and returns its outcome, in a list of one."""
        call = {"api_key": api_key or emulator.api_key, "consumer_id": consumer_id}
        self.process.stdin.write(f"{json.dumps(call)}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} exited with {self.process.wait(PATIENCE)}; its output is above")
        return [json.loads(line)]

    def stop(self):
        # If it has already exited, nobody reads what was written to it.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait(PATIENCE)


class Adapter:
    """One of our adapters. Each client is a process of its own, which makes one or more calls."""

    is_official = False

    def __init__(self, name, examples):
        self.name, self.program = name, examples / "interop_client"

    def send(self, emulator, consumer_id, api_key=None, url=None, calls=1, authority=None):
        """Makes the calls and returns the outcome of each."""
        call = [url or emulator.url, api_key or emulator.api_key, emulator.app_id, consumer_id]
        ended = subprocess.run(
            [self.program, self.name, *call, str(calls), *([authority] if authority else [])],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if ended.returncode != 0:
            raise RuntimeError(f"{self.name} exited with {ended.returncode}: {ended.stderr.strip()}")
        return [json.loads(line) for line in ended.stdout.splitlines()]


class Nginx:
    """nginx in front of the emulator, on free ports, with its own certificate."""

    def __init__(self, program, emulator, folder):
        self.folder = folder
        self.authority = make_certificates(folder)
        with contextlib.ExitStack() as sockets:
            # nginx inherits sockets that are already listening (as it does in an upgrade), so no
            # other program can take the port first, and clients need not wait for nginx to start.
            plain, tls = (sockets.enter_context(listening()) for _ in range(2))
            ports = [listener.getsockname()[1] for listener in (plain, tls)]
            self.url = f"http://127.0.0.1:{ports[0]}"
            # By name, because the certificate is for that name and the client sends it to the server.
            self.tls_url = f"https://localhost:{ports[1]}"
            template = string.Template((HERE / "nginx.conf").read_text())
            configuration = folder / "nginx.conf"
            configuration.write_text(
                template.substitute(
                    folder=folder,
                    plain_port=ports[0],
                    tls_port=ports[1],
                    emulator=emulator.url.removeprefix("http://"),
                )
            )
            descriptors = [plain.fileno(), tls.fileno()]
            self.process = subprocess.Popen(
                [program, "-p", folder, "-c", configuration, "-e", folder / "error.log"],
                env={"NGINX": "".join(f"{number};" for number in descriptors)},
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
            )

    def must_run(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"nginx exited with {self.process.returncode}")

    def stop(self):
        """Stops it and returns its log, which is complete only then."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            # SIGQUIT lets it finish its calls first; this stops it at once.
            self.process.terminate()
            self.process.wait(PATIENCE)
        log = self.folder / "access.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def errors(self):
        log = self.folder / "error.log"
        return log.read_text() if log.exists() else ""


def listening():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    # nginx polls its sockets, so accepting on one must not block.
    listener.setblocking(False)
    return listener


def make_certificates(folder):
    """Makes a throwaway certificate authority, and a certificate that it signs for nginx."""
    configuration = folder / "openssl.cnf"
    configuration.write_text(
        "[req]\ndistinguished_name = name\nprompt = no\n"
        "[name]\nCN = apideck-vault interop\n"
        "[authority]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\n"
        "[server]\nbasicConstraints = critical, CA:FALSE\nsubjectAltName = DNS:localhost\n"
        "keyUsage = critical, digitalSignature\nextendedKeyUsage = serverAuth\n"
    )

    def openssl(command):
        subprocess.run(
            ["openssl", *command.split()], cwd=folder, check=True, capture_output=True, timeout=PATIENCE
        )

    key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 -config openssl.cnf"
    openssl(f"req -x509 -days 2 {key} -extensions authority -keyout authority.key -out authority.pem")
    openssl(f"req -new {key} -keyout server.key -out server.csr")
    openssl(
        "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2"
        " -sha256 -extfile openssl.cnf -extensions server -out server.pem"
    )
    return folder / "authority.pem"
