# All of the host that a change of Virtward's could touch, one thing a line, "SECTION<TAB>WHAT<TAB>STATE", in order: two pictures of the same host are the same text.
# Not what programs write as they run (/var, /run, leases), nor what Virtward keeps for itself.
import hashlib, os, re, stat, subprocess, sys

# Ours; what libvirt writes at every start of a guest, with the number of its cable; the copies that whoever adds or removes an account leaves behind; and an empty folder that packages
# with a profile tidy away as they go (dh_apparmor(1)).
ours = ("/etc/virtward", "/usr/local/bin/virtward", "/etc/apparmor.d/libvirt", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/apparmor.d/disable")
lines = []


def say(section, what, state):
    lines.append("%s\t%s\t%s" % (section, what, str(state).replace("\n", "\\n").replace("\t", "\\t")))


def told(*command):
    # An emulated, busy systemd does not always answer in time; half a picture would look like a change.
    for _ in range(5):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        if done.returncode == 0:
            return done.stdout
    sys.exit("%s: %s" % (" ".join(command), done.stderr))


def entry(path, with_content):
    at = os.lstat(path)
    state = "%o %d:%d" % (at.st_mode, at.st_uid, at.st_gid)
    if stat.S_ISLNK(at.st_mode):
        state += " -> " + os.readlink(path)
    if stat.S_ISREG(at.st_mode):
        state += " %d" % at.st_size
        if with_content:
            with open(path, "rb") as file:
                state += " " + hashlib.sha256(file.read()).hexdigest()
    for name in sorted(os.listxattr(path, follow_symlinks=False)):
        state += " %s=%s" % (name, os.getxattr(path, name, follow_symlinks=False).hex())
    say("file", path, state)


# What is configured, with its content.
for root, with_content in (("/etc", True), ("/root/.ssh", True), ("/usr/lib/systemd", True), ("/usr/local", True), ("/var/spool/cron", True)):
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name != "__pycache__" and os.path.join(folder, name) not in ours)
        entry(folder, with_content)
        for name in sorted(files + [one for one in folders if os.path.islink(os.path.join(folder, one))]):
            path = os.path.join(folder, name)
            if path not in ours:
                entry(path, with_content)

# Of programs no more than find knows: an emulated processor would take minutes for their content.
for line in sorted(told("find", "/usr", "/boot", "-xdev", "-name", "__pycache__", "-prune", "-o", "!", "-path", "/usr/local/*", "-printf", "%p\\t%m %U:%G %y %l ", "(", "-type", "f", "-printf", "%s", "-o", "-true", ")", "-printf", "\\n").splitlines()):
    say("program", *line.split("\t"))

for line in told("systemctl", "list-unit-files", "--no-legend", "--plain", "--no-pager").splitlines():
    name, state = line.split()[:2]
    if state != "transient":
        say("boot", name, state)

# What is on its way ends active or not; that something failed once is no state to go back to; one-shot jobs of timers come and go by themselves.
for line in told("systemctl", "list-units", "--all", "--no-legend", "--plain", "--no-pager", "--type=service,socket,timer,path").splitlines():
    name, load, active = line.split()[:3]
    if not re.match(r"virtward-revert|run-|apt-|dpkg-|systemd-tmpfiles-clean|systemd-machine-id-commit|user|systemd-hostnamed|systemd-timedated|ssh@|logrotate|fstrim|getty", name) and active not in ("inactive", "failed"):
        say("running", name, active)

for line in sorted(told("ss", "-Hlntup").splitlines()):
    words = line.split()
    program = re.search(r'"([^"]*)"', line)
    say("listens", words[0] + " " + words[4], program.group(1) if program else "")

# Among them what a running kernel cannot take back (kexec), and the cables of guests, numbered anew at each start.
moving = re.compile(r"/(random|ns_last_pid|stable_secret|tcp_fastopen_key|user_reserve_kbytes|admin_reserve_kbytes|.*-nr|.*-state|nf_conntrack_count|pty|usermodehelper|sched_domain|mtu_expires|flush|cad_pid|drop_caches|compact_memory|binfmt_misc|oops_count|warn_count|nf_log|kexec_load_disabled|vnet\d+)(/|$)|/net/ipv[46]/neigh/.*_ms$")
for folder, folders, files in os.walk("/proc/sys"):
    folders.sort()
    for name in sorted(files):
        path = os.path.join(folder, name)
        if not os.stat(path).st_mode & 0o200 or moving.search(path):
            continue
        try:
            with open(path) as file:
                say("kernel", path[10:], file.read().strip())
        except (OSError, UnicodeDecodeError):
            pass

for number, line in enumerate(told("nft", "-s", "list", "ruleset").splitlines()):
    say("rules", number, line)

for line in told("dpkg-query", "--show", "--showformat=${Package}:${Architecture}\\t${db:Status-Abbrev} ${Version}\\n").splitlines():
    say("package", *line.split("\t"))
for name in told("apt-mark", "showauto").split():
    say("package", name + " comes by itself", "yes")

sys.stdout.write("\n".join(lines) + "\n")
