"""A SLURM of one's own, for tests: munged, slurmctld and one slurmd for each virtual node run as the calling user, with
all files in one folder and all ports on a loopback address. It needs Debian's slurm-wlm and munge (22.05), no systemd.

    with PrivateSlurm() as slurm:
        subprocess.run(["sbatch", ...], env=slurm.environment)

The daemons and jobs are ended when the block is left; a guard process does so where that never happens, since this
process was killed, and after LIFETIME seconds whatever happens.
"""

import getpass
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NODES = 2
CPUS = 2  # of a node
LIFETIME = 900.0
TOOLS = ("munged", "mungekey", "slurmctld", "slurmd", "sbatch", "srun", "scancel", "squeue", "scontrol", "sinfo")
SEARCH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
# Every daemon, and through the prolog every task, bears this in its environment: what has it is ours to end.
MARK = "EQUIPOISE_TEST_SLURM"

CONFIGURATION = """\
ClusterName=private
SlurmctldHost={host}({address})
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
# cred_expire is also how long a requeued job waits: 6 s here, 121 s by default
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/slurmd.%n.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd.%n.log
TmpFS={folder}/tmp/%n
SwitchType=switch/none
MpiDefault=pmix
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
TaskProlog={folder}/task-prolog
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=20
MinJobAge=3600
MailProg=/bin/true
"""
# The virtual nodes share one host name: Open MPI's shared memory would be mistaken for common to them. UCX over the
# loopback interface serves ranks on one node and on two.
PROLOG = """\
#!/bin/sh
cat <<VARIABLES
export {mark}={folder}
export TMPDIR={folder}/tmp/$SLURMD_NODENAME
export OMPI_ALLOW_RUN_AS_ROOT=1
export OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_MCA_pml=ucx
export OMPI_MCA_pml_ucx_tls=any
export OMPI_MCA_pml_ucx_devices=any
export OMPI_MCA_osc=ucx,sm
export OMPI_MCA_osc_sm_backing_directory={folder}/tmp/$SLURMD_NODENAME
export OMPI_MCA_btl=self
export OMPI_MCA_oob_tcp_if_include=lo
export UCX_TLS=self,tcp
export UCX_NET_DEVICES=lo
export UCX_LOG_LEVEL=fatal
VARIABLES
"""


def loopback_address():
    """Of this host's name, to which SLURM binds its ports; None where the name stands for another address."""
    try:
        address = socket.gethostbyname(os.uname().nodename)
    except OSError:
        return None
    return address if address.startswith("127.") else None


def why_not():
    """What is missing here for a private SLURM; None: nothing."""
    missing = [tool for tool in TOOLS if not shutil.which(tool, path=SEARCH)]
    if missing:
        return f"SLURM is not installed (no {', '.join(missing)}): Debian packages slurm-wlm and munge"
    if not loopback_address():
        return "this host's name does not stand for a loopback address, to which a private SLURM could be bound"
    return None


class PrivateSlurm:
    """Running between __enter__ and __exit__. `environment` is for sbatch and the like; `started`, in the clock of
    time.monotonic(), is when slurmctld began: it looks at time limits 30, 60, ... seconds later."""

    def __enter__(self):
        # Short, since Unix sockets have names of at most 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="slurm.", dir="/tmp"))
        self.guard = subprocess.Popen(
            [sys.executable, __file__, str(self.folder), str(os.getpid())], start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        outer = {key: value for key, value in os.environ.items() if not key.startswith(("SLURM_", "SBATCH_", "SRUN_"))}
        self.environment = {**outer, "PATH": SEARCH, "SLURM_CONF": f"{self.folder}/slurm.conf", MARK: str(self.folder)}
        try:
            for _ in range(3):  # another program may take a port between its choice and its use
                if self._start():
                    return self
                logs = "".join(path.read_text(errors="replace") for path in self.folder.glob("log/*"))
                end_processes(self.folder)
                if "already in use" not in logs:
                    break
            raise RuntimeError("the private SLURM did not start:\n" + logs[-4000:])
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *exception):
        self.guard.kill()
        self.guard.wait()
        stop(self.folder)

    def _start(self):
        address, host = loopback_address(), os.uname().nodename.split(".")[0]
        names = [host] + [f"{host}-v{i}" for i in range(2, NODES + 1)]  # mpirun must find the host's name among them
        for name in ["log", "run", "state", *(f"{kind}/{name}" for kind in ("spool", "tmp") for name in names)]:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        port = free_ports(address, 1 + NODES)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        lines = CONFIGURATION.format(host=host, address=address, port=port, user=getpass.getuser(), folder=self.folder)
        for i, name in enumerate(names):
            lines += (f"NodeName={name} NodeHostname={host} NodeAddr={address} Port={port + 1 + i} SocketsPerBoard=1 "
                      f"CoresPerSocket={CPUS} ThreadsPerCore=1 RealMemory={memory} State=UNKNOWN\n")
        lines += "PartitionName=test Nodes=ALL Default=YES DefaultTime=10 MaxTime=UNLIMITED State=UP\n"
        (self.folder / "slurm.conf").write_text(lines)
        prolog = self.folder / "task-prolog"
        prolog.write_text(PROLOG.format(mark=MARK, folder=self.folder))
        prolog.chmod(0o755)
        folder, conf = str(self.folder), f"{self.folder}/slurm.conf"
        key = f"{folder}/munge.key"
        Path(key).unlink(missing_ok=True)
        daemons = [["mungekey", "--create", "--keyfile", key],
                   ["munged", "--force", "--key-file", key, "--socket", f"{folder}/munge.socket", "--seed-file",
                    f"{folder}/munge.seed", "--pid-file", f"{folder}/run/munged.pid", "--log-file",
                    f"{folder}/log/munged.log"],
                   ["slurmctld", "-f", conf],
                   *(["slurmd", "-N", name, "-f", conf] for name in names)]
        for command in daemons:
            self.started = time.monotonic()  # the last but NODES is slurmctld's; the slurmd take no time
            with open(self.folder / "log/start.log", "a", encoding="utf-8") as log:
                if subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  check=False).returncode != 0:
                    return False
        deadline = time.monotonic() + 30.0
        while time.monotonic() < deadline:
            if len(set(self.output("sinfo", "-h", "-N", "-t", "idle", "-o", "%N").split())) == NODES:
                return True
            time.sleep(0.1)
        return False

    def output(self, *command):
        """What a command of SLURM prints; "" where it fails."""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30,
                              check=False).stdout


def free_ports(address, count):
    """The first of `count` consecutive ones, below those that the system hands out by itself."""
    while True:
        port = random.randrange(20000, 32000)
        if not any(in_use(address, port + i) for i in range(count)):
            return port


def in_use(address, port):
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


def processes(folder):
    """Those of the private SLURM in `folder`: marked ones, and job steps' shepherds, which have no environment."""
    mark = f"{MARK}={folder}".encode()
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and int(entry.name) != os.getpid() and (
                    mark in (entry / "environ").read_bytes().split(b"\0")
                    or str(folder).encode() in (entry / "cmdline").read_bytes() and not is_guard(entry)
                    or (entry / "comm").read_text() == "slurmstepd\n"
                    and os.readlink(entry / "cwd").startswith(str(folder))):
                found.add(int(entry.name))
        except OSError:
            pass  # it has ended, or is another user's
    return found


def is_guard(entry):
    return Path(__file__).name.encode() in (entry / "cmdline").read_bytes()


def end_processes(folder):
    for number in (signal.SIGTERM, signal.SIGKILL):
        for i in range(50):
            left = processes(folder)
            if not left:
                return
            for pid in left if i == 0 or number == signal.SIGKILL else ():
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            time.sleep(0.1)


def stop(folder):
    end_processes(folder)
    shutil.rmtree(folder, ignore_errors=True)


def guard(folder, owner):
    deadline = time.monotonic() + LIFETIME
    while time.monotonic() < deadline and Path(f"/proc/{owner}").exists():
        time.sleep(0.5)
    stop(folder)


if __name__ == "__main__":
    guard(sys.argv[1], sys.argv[2])
