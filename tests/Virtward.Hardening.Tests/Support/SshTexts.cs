using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Tests.Support;

/// <summary>What sshd and its files say, for tests: Debian 12's own, and a hardened form of it.</summary>
internal static class SshTexts
{
    /// <summary><c>sshd -T</c> of OpenSSH 9.2 as Debian 12 installs it.</summary>
    public const string Debian12 = """
        port 22
        addressfamily any
        listenaddress [::]:22
        listenaddress 0.0.0.0:22
        usepam yes
        logingracetime 120
        x11displayoffset 10
        maxauthtries 6
        maxsessions 10
        clientaliveinterval 0
        clientalivecountmax 3
        requiredrsasize 1024
        streamlocalbindmask 0177
        unusedconnectiontimeout none
        permitrootlogin without-password
        ignorerhosts yes
        ignoreuserknownhosts no
        hostbasedauthentication no
        hostbasedusesnamefrompacketonly no
        pubkeyauthentication yes
        kerberosauthentication no
        kerberosorlocalpasswd yes
        kerberosticketcleanup yes
        gssapiauthentication no
        gssapicleanupcredentials yes
        gssapikeyexchange no
        gssapistrictacceptorcheck yes
        gssapistorecredentialsonrekey no
        passwordauthentication yes
        kbdinteractiveauthentication no
        printmotd no
        printlastlog yes
        x11forwarding yes
        x11uselocalhost yes
        permittty yes
        permituserrc yes
        strictmodes yes
        tcpkeepalive yes
        permitemptypasswords no
        compression yes
        gatewayports no
        usedns no
        allowtcpforwarding yes
        allowagentforwarding yes
        disableforwarding no
        allowstreamlocalforwarding yes
        streamlocalbindunlink no
        fingerprinthash SHA256
        exposeauthinfo no
        pidfile /run/sshd.pid
        modulifile /etc/ssh/moduli
        xauthlocation /usr/bin/xauth
        ciphers chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com
        macs umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1
        banner none
        forcecommand none
        chrootdirectory none
        trustedusercakeys none
        revokedkeys none
        securitykeyprovider internal
        authorizedprincipalsfile none
        versionaddendum none
        authorizedkeyscommand none
        authorizedkeyscommanduser none
        authorizedprincipalscommand none
        authorizedprincipalscommanduser none
        hostkeyagent none
        kexalgorithms sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256
        hostkeyalgorithms ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256
        pubkeyacceptedalgorithms ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,sk-ssh-ed25519-cert-v01@openssh.com,sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256
        loglevel INFO
        syslogfacility AUTH
        authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2
        hostkey /etc/ssh/ssh_host_rsa_key
        hostkey /etc/ssh/ssh_host_ecdsa_key
        hostkey /etc/ssh/ssh_host_ed25519_key
        acceptenv LANG
        acceptenv LC_*
        authenticationmethods any
        subsystem sftp /usr/lib/openssh/sftp-server
        maxstartups 10:30:100
        persourcemaxstartups none
        persourcenetblocksize 32:128
        permittunnel no
        ipqos lowdelay throughput
        rekeylimit 0 0
        permitopen any
        permitlisten any
        permituserenvironment no
        pubkeyauthoptions none
        """;

    /// <summary>Debian 12's own sshd_config, without its comments.</summary>
    public const string DebianConfig = """
        Include /etc/ssh/sshd_config.d/*.conf
        KbdInteractiveAuthentication no
        UsePAM yes
        X11Forwarding yes
        PrintMotd no
        AcceptEnv LANG LC_*
        Subsystem	sftp	/usr/lib/openssh/sftp-server
        """;

    /// <summary>A drop-in that holds all that is asked for.</summary>
    public const string DropIn = """
        ListenAddress 192.168.1.100
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin prohibit-password
        MaxAuthTries 4
        MaxStartups 10:30:60
        LoginGraceTime 1m
        PerSourceMaxStartups 3
        PerSourceNetBlockSize 32:64
        KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,diffie-hellman-group16-sha512
        Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes256-ctr
        MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com
        HostKey /etc/ssh/ssh_host_ed25519_key
        RequiredRSASize 3072
        ClientAliveInterval 300
        ClientAliveCountMax 2
        UnusedConnectionTimeout 5m
        ChannelTimeout session:*=30m
        AllowTcpForwarding local
        AllowAgentForwarding no
        X11Forwarding no
        AllowGroups sudo root
        LogLevel VERBOSE
        """;

    /// <summary>Some public keys, made for this.</summary>
    public const string Ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOaNlOSMCMZdt5XaunPeNUuS8VtdgZHegvg3f5PqRUGf admin@desk";

    /// <summary>An RSA key of 2048 bits.</summary>
    public const string Rsa2048 = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDCk6OJHQt/xUSFudmL+zWXG6cD6XbVFuisL8As3SApKrtjAueUrZpiF9sapQuJ3ybmLfrKVayaMOc3gYcZ1OuWEhFF4oWXCAThiHT3r64jqfgUjQstGwld0roRhJhqJAMhFvIHAVpbkgZk/f5MCFQgM0EMMq2gt5/0dECG6bj3oWXbd9lfQBMX21OS0W/ST++eG8XGAThtDKUMRgilFMMfxj1hdoeDwIxfxcK2xgrKD7X3dxrnvfbFDKiRVASDDCIz8+VsH5bEhGaozCJmfFrgY3f0aGvUpo+XgFzQHtzcxHhP1eOUli4DL0hjiBQuuKR+mfGlMRvOfmp16snYg4UV old@desk";

    /// <summary>An ECDSA key.</summary>
    public const string Ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBIkwqtecAYET86FlSKX0nH/5nq4EegvCphpDZvElEWlgB3ybuX8Uj4w2musuvOKhkUbQWnxL0tBcYmrZOW3jXo8= ec@desk";

    /// <summary>Accounts: root, an administrator, somebody, and a service.</summary>
    public const string Passwd = """
        root:x:0:0:root:/root:/bin/bash
        daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
        sshd:x:104:65534::/run/sshd:/usr/sbin/nologin
        admin:x:1000:1000:Admin:/home/admin:/bin/bash
        bob:x:1001:1001:Bob:/home/bob:/bin/bash
        """;

    /// <summary>Groups.</summary>
    public const string Group = """
        root:x:0:
        sudo:x:27:admin
        wheel:x:10:admin
        admin:x:1000:
        bob:x:1001:
        sftponly:x:1002:bob
        """;

    /// <summary>A Debian 12 host on which sshd could not be asked, with its own configuration and a drop-in.</summary>
    public static TestHost ByFiles(string dropIn = DropIn, string config = DebianConfig) => Accounts(new TestHost())
        .Config("/etc/ssh/sshd_config", config)
        .Config("/etc/ssh/sshd_config.d/00-virtward.conf", dropIn)
        .Lacks(SshSources.Effective, "sshd ended with 255: Missing privilege separation directory: /run/sshd")
        .Text("audit/packages-dpkg.txt", "openssh-server\t1:9.2p1-2+deb12u7\tamd64\tinstalled\n");

    /// <summary>A Debian 12 host whose sshd answered.</summary>
    public static TestHost Answering(string answer = Debian12) => Accounts(new TestHost())
        .Config("/etc/ssh/sshd_config", DebianConfig)
        .Text(SshSources.Effective, answer);

    /// <summary>What sshd answers, with some settings other than it says.</summary>
    public static string With(params string[] lines) => string.Join('\n', [.. Debian12.Split('\n')
        .Where(line => !lines.Any(one => line.StartsWith(one.Split(' ')[0] + " ", StringComparison.Ordinal))), .. lines]);

    internal static TestHost Accounts(TestHost host) => host.Config("/etc/passwd", Passwd).Config("/etc/group", Group)
        .Config("/root/.ssh/authorized_keys", AuthorizedKeys.Reduce(Ed25519))
        .Config("/home/admin/.ssh/authorized_keys", AuthorizedKeys.Reduce(Ed25519))
        .Config("/etc/ssh/ssh_host_ed25519_key.pub", AuthorizedKeys.Reduce(Ed25519));
}
