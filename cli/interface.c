#include "interface.h"

#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "capture_time.h"
#include "parse/packet.h"

#define ALL_INTERFACES "any"
#define FRAMES_AT_ONCE 4096
#define NAMES_MAX 256

struct interface {
    char name[64];
    pcap_t *pcap;
    int link_type;
    struct interface_counters counters;
    struct pcap_stat last; /* of 32 bits, which wrap */
};

/* --- what can be wrong --- */

static void tell_names(const char *name, char *problem, size_t size)
{
    struct if_nameindex *all = if_nameindex();
    const char *names[NAMES_MAX], *near;
    size_t count = 0, used;

    names[count++] = ALL_INTERFACES;
    for (size_t i = 0; all != NULL && all[i].if_name != NULL && count < NAMES_MAX; i++)
        names[count++] = all[i].if_name;
    near = nearest_word(name, names, count);
    used = (size_t)snprintf(problem, size, "no interface '%.64s'%s%s%s There are:", name,
            near != NULL ? ": did you mean '" : "", near != NULL ? near : "",
            near != NULL ? "'?" : ".");
    for (size_t i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(problem + used, size - used, " %s", names[i]);
    if (all != NULL)
        if_freenameindex(all);
}

static void tell_permission(const char *name, char *problem, size_t size)
{
    char program[1024];
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

    program[len > 0 ? len : 0] = '\0';
    snprintf(problem, size, "no permission to watch '%.64s': run as root, or once as root: "
            "setcap cap_net_raw=ep %s", name, program);
}

static void tell_activation(pcap_t *pcap, int result, const char *name, char *problem, size_t size)
{
    switch (result) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
        tell_names(name, problem, size);
        break;
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        tell_permission(name, problem, size);
        break;
    case PCAP_ERROR_IFACE_NOT_UP:
        snprintf(problem, size, "interface '%.64s' is down: ip link set %.64s up", name, name);
        break;
    default:
        snprintf(problem, size, "%.64s: %s: %s", name, pcap_statustostr(result),
                pcap_geterr(pcap));
    }
}

/* --- opening --- */

static bool activate(pcap_t *pcap, const char *name, const struct live_settings *settings,
        char *problem, size_t size)
{
    int result;

    pcap_set_snaplen(pcap, (int)settings->snap_length);
    pcap_set_buffer_size(pcap, (int)settings->buffer_bytes);
    pcap_set_timeout(pcap, (int)settings->timeout_ms);
    pcap_set_immediate_mode(pcap, settings->immediate);
    pcap_set_promisc(pcap, settings->promiscuous && strcmp(name, ALL_INTERFACES) != 0);
    result = pcap_activate(pcap);
    if (result >= 0 && strcmp(name, ALL_INTERFACES) == 0)
        (void)pcap_set_datalink(pcap, DLT_LINUX_SLL2); /* tells the interface, where libpcap can */
    if (result < 0)
        tell_activation(pcap, result, name, problem, size);
    return result >= 0;
}

static bool set_filter(pcap_t *pcap, const char *filter, char *problem, size_t size)
{
    struct bpf_program program;
    bool is_set;

    if (filter == NULL)
        return true;
    if (pcap_compile(pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        snprintf(problem, size, "filter '%s': %s", filter, pcap_geterr(pcap));
        return false;
    }
    is_set = pcap_setfilter(pcap, &program) == 0;
    if (!is_set)
        snprintf(problem, size, "filter '%s': %s", filter, pcap_geterr(pcap));
    pcap_freecode(&program);
    return is_set;
}

static bool check_link(pcap_t *pcap, const char *name, char *problem, size_t size)
{
    int link_type = pcap_datalink(pcap);

    if (packet_link_is_read(link_type))
        return true;
    snprintf(problem, size, "%.64s: link type %d (%s) is not read; these are: %s", name, link_type,
            packet_link_name(link_type), packet_links_read());
    return false;
}

struct interface *interface_open(const char *name, const char *filter,
        const struct live_settings *settings, char *problem, size_t problem_size)
{
    struct interface *interface = calloc(1, sizeof(*interface));
    char error[PCAP_ERRBUF_SIZE];

    if (interface == NULL) {
        snprintf(problem, problem_size, "out of memory");
        return NULL;
    }
    interface->pcap = pcap_create(name, error);
    if (interface->pcap == NULL) {
        snprintf(problem, problem_size, "%.64s: %s", name, error);
    } else if (activate(interface->pcap, name, settings, problem, problem_size) &&
               check_link(interface->pcap, name, problem, problem_size) &&
               set_filter(interface->pcap, filter, problem, problem_size)) {
        if (pcap_setnonblock(interface->pcap, 1, error) == 0) {
            interface->link_type = pcap_datalink(interface->pcap);
            snprintf(interface->name, sizeof(interface->name), "%s", name);
            return interface;
        }
        snprintf(problem, problem_size, "%.64s: %s", name, error);
    }
    interface_close(interface);
    return NULL;
}

void interface_close(struct interface *interface)
{
    if (interface == NULL)
        return;
    if (interface->pcap != NULL)
        pcap_close(interface->pcap);
    free(interface);
}

/* --- packets --- */

const char *interface_name(const struct interface *interface)
{
    return interface->name;
}

int interface_descriptor(const struct interface *interface)
{
    return pcap_get_selectable_fd(interface->pcap);
}

struct reading {
    int link_type;
    interface_frame_fn frame;
    void *user;
};

static void hand_out(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    const struct reading *reading = (const void *)user;
    const struct captured frame = {
        .time_us = capture_time_us(header->ts.tv_sec, 0, (uint64_t)header->ts.tv_usec),
        .link_type = reading->link_type,
        .data = cursor_over(bytes, header->caplen),
        .wire_bytes = header->len >= header->caplen ? header->len : header->caplen,
    };

    reading->frame(reading->user, &frame);
}

int interface_read(struct interface *interface, interface_frame_fn frame, void *user)
{
    struct reading reading = { interface->link_type, frame, user };

    return pcap_dispatch(interface->pcap, FRAMES_AT_ONCE, hand_out, (u_char *)&reading);
}

const char *interface_problem(const struct interface *interface)
{
    return pcap_geterr(interface->pcap);
}

struct interface_counters interface_count(struct interface *interface)
{
    struct interface_counters *counters = &interface->counters;
    struct pcap_stat now;

    if (pcap_stats(interface->pcap, &now) != 0)
        return *counters;
    counters->packets += now.ps_recv - interface->last.ps_recv;
    counters->drops += now.ps_drop - interface->last.ps_drop;
    counters->interface_drops += now.ps_ifdrop - interface->last.ps_ifdrop;
    interface->last = now;
    return *counters;
}
