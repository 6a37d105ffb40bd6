/* What matched with one packet: how often it may alert, and what else it does. */
#include "detect/match/matcher_internal.h"

#include <stdlib.h>

#include "base/grow.h"

void found_note(struct matcher *matcher, uint32_t number, const struct look *look)
{
    struct match_found *found = grow(matcher->found, &matcher->found_room,
            matcher->found_count + 1, sizeof(*found));

    if (found == NULL) {
        matcher->counters.discarded++;
        return;
    }
    matcher->found = found;
    found[matcher->found_count++] = (struct match_found){ number, look->packet->to_server,
        look->transaction != NULL, look->is_stream,
        look->transaction != NULL ? look->transaction->application : APPLICATION_ANY, NULL };
}

/* Without memory the alerts are told all the same. */
void found_keep_message(struct matcher *matcher, size_t from, const struct match_message *message)
{
    const struct cursor *request = &message->request, *response = &message->response;
    struct match_kept *kept;
    uint8_t *bytes;

    if (from == matcher->found_count)
        return;
    kept = malloc(sizeof(*kept) + request->left + response->left);
    if (kept == NULL)
        return;
    bytes = (uint8_t *)(kept + 1);
    *kept = (struct match_kept){ matcher->kept,
        { message->number, cursor_clone(*request, bytes),
                cursor_clone(*response, bytes + request->left) } };
    matcher->kept = kept;
    for (size_t i = from; i < matcher->found_count; i++)
        matcher->found[i].message = &kept->message;
}

static void drop_messages(struct matcher *matcher)
{
    while (matcher->kept != NULL) {
        struct match_kept *kept = matcher->kept;

        matcher->kept = kept->next;
        free(kept);
    }
}

static int compare_found(const void *left, const void *right)
{
    uint32_t a = ((const struct match_found *)left)->number;
    uint32_t b = ((const struct match_found *)right)->number;

    return (a > b) - (a < b);
}

static void tell(struct matcher *matcher, const struct rule *rule, enum rule_action action,
        const struct match_found *found, unsigned about_packet, size_t *told)
{
    struct match_alert alert = { rule, action, matcher->packet, found->of_transaction,
        found->of_stream, found->application, found->message, about_packet };

    if (++*told > matcher->max_alerts) {
        matcher->counters.discarded++;
        return;
    }
    matcher->counters.alerts++;
    matcher->alert(matcher->user, &alert);
}

/* Rules are not looked at on the flow any more: what waits for them goes. */
static void pass_flow(struct matcher *matcher)
{
    struct match_flow *flow = matcher->flow;

    flow->passed = true;
    pending_drop(matcher, flow);
    for (unsigned way = 0; way < 2; way++) {
        window_clear(&flow->windows[way], &matcher->windows);
        packets_lose_groups(flow, way);
    }
}

/* Does the action go for the rest of the flow? (Suricata's signature_properties.) */
static bool acts_on_flow(const struct plan *plan, const struct match_found *found)
{
    if (plan->rule->scope != SCOPE_UNSET)
        return plan->rule->scope == SCOPE_WHOLE_FLOW;
    return rule_is_about_flow(plan->rule) || found->of_transaction || found->of_stream;
}

/* Does more than alert? A packet that was dropped is not passed any more. */
static bool acts(enum rule_action action, bool dropped)
{
    return action == ACTION_DROP || action == ACTION_REJECT || (action == ACTION_PASS && !dropped);
}

static bool is_about_packet(const struct rule *rule, const struct match_found *found)
{
    return rule->application != APPLICATION_ANY && !found->of_transaction && !found->of_stream;
}

void found_tell(struct matcher *matcher)
{
    const struct match_packet *packet = matcher->packet;
    const struct limit_packet seen = { packet->time_us, &packet->source, &packet->destination,
        matcher->flow != NULL ? &matcher->flow->limits : NULL };
    unsigned about_packet = 0, before;
    size_t told = 0;
    bool dropped = false;

    if (matcher->found_count > 1)
        qsort(matcher->found, matcher->found_count, sizeof(*matcher->found), compare_found);
    for (size_t i = 0; i < matcher->found_count; i++) {
        const struct match_found *found = &matcher->found[i];
        const struct plan *plan = &matcher->plans.rules[found->number];
        enum rule_action action = plan->rule->action;
        enum limit_verdict verdict;

        before = about_packet;
        about_packet += is_about_packet(plan->rule, found);
        packet_turn(matcher->packet, found->to_server);
        verdict = limits_judge(matcher->limits, plan->rule, &seen, &action);
        matcher->counters.suppressed += verdict != LIMIT_ALERT;
        if (matcher->witness != NULL)
            matcher->witness->match(matcher->witness->user, packet, plan->rule, verdict);
        if (verdict != LIMIT_NO_MATCH && acts(action, dropped)) {
            dropped |= action != ACTION_PASS;
            if (acts_on_flow(plan, found) && matcher->flow != NULL)
                pass_flow(matcher);
        }
        if (verdict != LIMIT_ALERT || (!plan->rule->alerts && plan->rule->action != ACTION_PASS))
            continue;
        if (action == ACTION_PASS)
            break;
        tell(matcher, plan->rule, action, found, before, &told);
    }
    matcher->found_count = 0;
    drop_messages(matcher);
}

