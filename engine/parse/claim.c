#include "parse/claim.h"

#include <string.h>

#include "parse/dns.h"

#define TYPE_NETBIOS 0x20      /* RFC 1002 section 4.2.1.3 */
#define NETBIOS_GROUP 0x8000   /* section 4.2.1.3: no host's own */
#define NETBIOS_ENCODED 32     /* two letters for each of 15 bytes and one that tells what they name */
#define NETBIOS_WORKSTATION 0x00
#define NETBIOS_SERVER 0x20

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static void take_label(const struct dns_name *from, char name[CLAIM_NAME_SIZE])
{
    size_t n = 0;

    for (; n < from->length && n + 1 < CLAIM_NAME_SIZE && from->text[n] != '.'; n++)
        name[n] = lower(from->text[n]);
    name[n] = '\0';
}

/* Halves of bytes as letters from A on (RFC 1001 section 14.1), filled up with spaces. To "*" all answer. */
static bool take_netbios(const struct dns_name *from, char name[CLAIM_NAME_SIZE])
{
    unsigned char bytes[CLAIM_NAME_SIZE], kind;
    size_t n = CLAIM_NAME_SIZE - 1;

    if (from->length < NETBIOS_ENCODED)
        return false;
    for (size_t i = 0; i < CLAIM_NAME_SIZE; i++) {
        int high = from->text[2 * i] - 'A', low = from->text[2 * i + 1] - 'A';

        if (high < 0 || high > 15 || low < 0 || low > 15)
            return false;
        bytes[i] = (unsigned char)(high << 4 | low);
        name[i] = lower((char)bytes[i]);
    }
    while (n > 0 && bytes[n - 1] == ' ')
        n--;
    name[n] = '\0';
    kind = bytes[CLAIM_NAME_SIZE - 1];
    return name[0] != '*' && (kind == NETBIOS_WORKSTATION || kind == NETBIOS_SERVER);
}

static bool read_netbios(const struct dns_record *record, const struct address *sender,
        char name[CLAIM_NAME_SIZE])
{
    struct cursor rdata = record->rdata;
    uint8_t bytes[4];
    struct address address;
    uint16_t flags;

    while (cursor_u16be(&rdata, &flags) && cursor_copy(&rdata, bytes, sizeof(bytes))) {
        address = address_from_v4(bytes);
        if ((flags & NETBIOS_GROUP) == 0 && address_equal(&address, sender))
            return take_netbios(&record->name, name);
    }
    return false;
}

/* Who is asked by one IP gives its address in the other as well, which does not show in its packets. */
static bool may_be_own(const struct address *given, const struct address *sender)
{
    return address_is_v4(given) != address_is_v4(sender) || address_equal(given, sender);
}

static bool read_record(const struct dns_record *record, const struct address *sender,
        char name[CLAIM_NAME_SIZE])
{
    if (record->type == TYPE_NETBIOS)
        return read_netbios(record, sender, name);
    if ((record->type != DNS_TYPE_A && record->type != DNS_TYPE_AAAA) ||
            !may_be_own(&record->address, sender))
        return false;
    take_label(&record->name, name);
    return name[0] != '\0';
}

enum tattler_status claim_read(struct cursor payload, const struct address *sender,
        char name[CLAIM_NAME_SIZE])
{
    struct dns_message message;
    struct dns_record record;
    enum tattler_status status = dns_open(payload, &message);

    if (status != TATTLER_OK)
        return status;
    if (!message.response || message.opcode != 0 || message.rcode != 0)
        return TATTLER_UNSUPPORTED;
    while (dns_next_record(&message, &record))
        if (record.section == DNS_ANSWER && read_record(&record, sender, name))
            return TATTLER_OK;
    return TATTLER_UNSUPPORTED;
}
