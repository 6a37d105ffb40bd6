#include <string.h>

#include "explain.h"

/* Those of MITRE ATT&CK for Enterprise that the rules name. */
static const struct {
    const char *id, *name;
} techniques[] = {
    { "T1003.008", "OS Credential Dumping: /etc/passwd and /etc/shadow" },
    { "T1008", "Fallback Channels" },
    { "T1016", "System Network Configuration Discovery" },
    { "T1018", "Remote System Discovery" },
    { "T1020", "Automated Exfiltration" },
    { "T1021", "Remote Services" },
    { "T1021.002", "Remote Services: SMB/Windows Admin Shares" },
    { "T1030", "Data Transfer Size Limits" },
    { "T1040", "Network Sniffing" },
    { "T1041", "Exfiltration Over C2 Channel" },
    { "T1046", "Network Service Discovery" },
    { "T1047", "Windows Management Instrumentation" },
    { "T1048", "Exfiltration Over Alternative Protocol" },
    { "T1048.003", "Exfiltration Over Unencrypted Non-C2 Protocol" },
    { "T1053.002", "Scheduled Task/Job: At" },
    { "T1059", "Command and Scripting Interpreter" },
    { "T1059.003", "Command and Scripting Interpreter: Windows Command Shell" },
    { "T1059.004", "Command and Scripting Interpreter: Unix Shell" },
    { "T1071", "Application Layer Protocol" },
    { "T1071.001", "Application Layer Protocol: Web Protocols" },
    { "T1071.004", "Application Layer Protocol: DNS" },
    { "T1078.001", "Valid Accounts: Default Accounts" },
    { "T1090", "Proxy" },
    { "T1090.003", "Proxy: Multi-hop Proxy" },
    { "T1090.004", "Proxy: Domain Fronting" },
    { "T1095", "Non-Application Layer Protocol" },
    { "T1102", "Web Service" },
    { "T1105", "Ingress Tool Transfer" },
    { "T1110.001", "Brute Force: Password Guessing" },
    { "T1112", "Modify Registry" },
    { "T1125", "Video Capture" },
    { "T1133", "External Remote Services" },
    { "T1190", "Exploit Public-Facing Application" },
    { "T1195", "Supply Chain Compromise" },
    { "T1200", "Hardware Additions" },
    { "T1210", "Exploitation of Remote Services" },
    { "T1489", "Service Stop" },
    { "T1496", "Resource Hijacking" },
    { "T1498", "Network Denial of Service" },
    { "T1498.001", "Network Denial of Service: Direct Network Flood" },
    { "T1498.002", "Network Denial of Service: Reflection Amplification" },
    { "T1499.002", "Endpoint Denial of Service: Service Exhaustion Flood" },
    { "T1552.004", "Unsecured Credentials: Private Keys" },
    { "T1557", "Adversary-in-the-Middle" },
    { "T1557.001", "Adversary-in-the-Middle: LLMNR/NBT-NS Poisoning and SMB Relay" },
    { "T1557.002", "Adversary-in-the-Middle: ARP Cache Poisoning" },
    { "T1557.003", "Adversary-in-the-Middle: DHCP Spoofing" },
    { "T1568", "Dynamic Resolution" },
    { "T1568.002", "Dynamic Resolution: Domain Generation Algorithms" },
    { "T1569.002", "System Services: Service Execution" },
    { "T1571", "Non-Standard Port" },
    { "T1572", "Protocol Tunneling" },
    { "T1573", "Encrypted Channel" },
    { "T1583.001", "Acquire Infrastructure: Domains" },
    { "T1595", "Active Scanning" },
    { "T1595.001", "Active Scanning: Scanning IP Blocks" },
    { "T1595.003", "Active Scanning: Wordlist Scanning" },
    { "T1602.001", "Data from Configuration Repository: SNMP (MIB Dump)" },
};

const char *technique_name(const char *id)
{
    for (size_t i = 0; i < sizeof(techniques) / sizeof(techniques[0]); i++)
        if (strcmp(techniques[i].id, id) == 0)
            return techniques[i].name;
    return NULL;
}
