/* Messages of TCP streams wait for the next packet of their direction. */
#include "detect/match/matcher_internal.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "parse/packet.h"

void pending_look_now(struct matcher *matcher, const struct match_transaction *transaction)
{
    struct look look = candidates_look_of(matcher);
    size_t found = matcher->found_count;

    look.transaction = transaction;
    look.application = transaction->application; /* within a tunnel the flow has another by now */
    if (matcher->packet->protocol == PACKET_PROTOCOL_TCP) {
        const struct match_window *window =
                &matcher->flow->windows[transaction->to_server ? 0 : 1];

        look.payload = cursor_over(window->bytes, window->len);
        look.is_stream = true;
    }
    candidates_look(matcher, (const struct look *const[CANDIDATE_LISTS]){ [OF_PACKET] = &look });
    found_keep_message(matcher, found, &transaction->message);
}

static size_t size_of(const struct match_transaction *transaction, uint32_t rules)
{
    size_t size = sizeof(struct match_pending) + rules * sizeof(uint32_t) +
                  transaction->count * sizeof(struct match_buffer) +
                  transaction->message.request.left + transaction->message.response.left;

    for (size_t i = 0; i < transaction->count; i++)
        size += transaction->buffers[i].bytes.left;
    return size;
}

/* All in one piece: the struct, the buffers, the numbers of rules, the bytes. */
static void copy(struct match_pending *pending, const struct match_transaction *transaction,
        const struct plan_list *rules)
{
    struct match_buffer *buffers = (struct match_buffer *)(pending + 1);
    uint32_t *numbers = (uint32_t *)(buffers + transaction->count);
    uint8_t *bytes = (uint8_t *)(numbers + rules->count);
    struct match_message *message = &pending->transaction.message;

    pending->transaction = *transaction;
    pending->transaction.buffers = buffers;
    for (size_t i = 0; i < transaction->count; i++) {
        struct cursor from = transaction->buffers[i].bytes;

        buffers[i] =
                (struct match_buffer){ transaction->buffers[i].kind, cursor_clone(from, bytes) };
        bytes += from.left;
    }
    message->request = cursor_clone(message->request, bytes);
    message->response = cursor_clone(message->response, bytes + message->request.left);
    if (rules->count > 0)
        memcpy(numbers, rules->numbers, rules->count * sizeof(*numbers));
    pending->rules = (struct plan_list){ numbers, rules->count, rules->count };
}

bool pending_keep(struct matcher *matcher, const struct match_transaction *transaction)
{
    struct plan_list *rules = &matcher->candidates[OF_PACKET];
    struct window_budget *budget = &matcher->windows;
    size_t size = size_of(transaction, rules->count);
    struct match_pending *pending = size <= budget->max - budget->used ? malloc(size) : NULL;

    if (pending == NULL) {
        budget->refused++;
        return false;
    }
    budget->used += size;
    pending->size = size;
    copy(pending, transaction, rules);
    DL_APPEND(matcher->flow->pending[transaction->to_server ? 0 : 1], pending);
    matcher->flow->unread[transaction->to_server ? 0 : 1] += MATCH_PIECE + size;
    rules->count = 0;
    return true;
}

static void free_one(struct matcher *matcher, struct match_pending *pending)
{
    matcher->windows.used -= pending->size;
    free(pending);
}

void pending_look(struct matcher *matcher, unsigned way)
{
    struct match_flow *flow = matcher->flow;

    while (flow->pending[way] != NULL) {
        struct match_pending *pending = flow->pending[way];

        DL_DELETE(flow->pending[way], pending);
        candidates_add_list(matcher, &pending->rules);
        pending_look_now(matcher, &pending->transaction);
        free_one(matcher, pending);
    }
}

void pending_drop(struct matcher *matcher, struct match_flow *flow)
{
    for (unsigned way = 0; way < 2; way++)
        while (flow->pending[way] != NULL) {
            struct match_pending *pending = flow->pending[way];

            DL_DELETE(flow->pending[way], pending);
            free_one(matcher, pending);
        }
}
