/* hold.c: holds connections open through a gateway, and is the servers behind it.
 * SPDX-License-Identifier: MIT
 *
 * usage: hold SERVERS. Everything is on 127.0.0.1. The first line out names ports, all below the
 * range that the kernel takes clients' ports from: "GATEWAY SPARE DEAD SERVER...": two that are
 * free, one that refuses every connection, and the servers' own. Then each line in is a command
 * with one line for an answer:
 *   open N     opens N connections, each when the one before is answered, and asks for /0, /1, ...
 *              by them; the server (from 1) of each, or - if the gateway refused it
 *   stream     opens connections, a few milliseconds apart, until the next line comes in, which is
 *              not a command; how many were opened, and how many were refused
 *   table      the connections that each server holds
 *   workers    PID:N of each worker of the gateway (header X-Worker) that holds N > 0
 *   gone PID   waits until nothing of this worker is left; the table
 *   cut N      closes the N oldest and waits until the servers saw it; the table
 *   close      closes all and waits until the servers saw it; the table
 * What does not happen within WAIT_MS ends the program with a line that says so. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS     5000
#define ENDS_MAX    8192
#define SERVERS_MAX 8

enum kind { LISTENER, SERVER_END, CLIENT_END };

/* One socket. */
struct end {
    int fd;
    enum kind kind;
    uint32_t number; /* of a client's: in the order of their opening */
    int server;      /* from 1; of a client's: as the answer said, 0: refused */
    long worker;     /* of a client's: as the answer said */
    bool answered;   /* the head of the request or answer is complete */
    char head[1024];
    size_t length;
};

struct hold {
    struct end end[ENDS_MAX];
    struct pollfd wanted[ENDS_MAX];
    uint32_t opened;
    int ends, servers;
    uint16_t gateway;
};

static void give_up(const char *what)
{
    printf("hold: %s\n", what); /* instead of the answer that the command would have had */
    exit(1);
}

/* ---- Sockets ---- */

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int new_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        give_up("no socket");
    return fd;
}

/* Binds to the first free port from *port on. */
static int bind_free(uint16_t *port)
{
    int fd = new_socket(), yes = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    for (; *port < 32768; ++*port) {
        struct sockaddr_in address = loopback(*port);
        if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
            return fd;
    }
    give_up("no free port");
    return -1;
}

static struct end *add_end(struct hold *hold, int fd, enum kind kind, int server)
{
    if (hold->ends == ENDS_MAX)
        give_up("too many connections");
    struct end *end = &hold->end[hold->ends++];
    memset(end, 0, sizeof *end);
    end->fd = fd;
    end->kind = kind;
    end->server = server;
    return end;
}

static void drop_end(struct hold *hold, struct end *end)
{
    close(end->fd);
    *end = hold->end[--hold->ends];
}

/* A few bytes into an empty socket. If the other side is gone, reading will tell. */
static void send_text(int fd, const char *text)
{
    (void)send(fd, text, strlen(text), MSG_NOSIGNAL);
}

/* ---- What comes in ---- */

static long header(const char *head, const char *name)
{
    const char *found = strstr(head, name);
    return found == NULL ? 0 : strtol(found + strlen(name), NULL, 10);
}

static void answer(struct end *end)
{
    char text[160];
    snprintf(text, sizeof text,
             "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: hold\r\n"
             "X-Server: %d\r\n\r\n",
             end->server);
    send_text(end->fd, text);
}

/* Reads what is there. false: the other side has closed. */
static bool read_end(struct end *end)
{
    size_t room = sizeof end->head - 1 - end->length;
    ssize_t got = recv(end->fd, end->head + end->length, room, 0);
    if (got <= 0)
        return false;
    if (end->answered) /* nobody says anything in a held connection */
        return true;
    end->length += (size_t)got;
    end->head[end->length] = '\0';
    if (strstr(end->head, "\r\n\r\n") == NULL)
        return true;
    end->answered = true;
    if (end->kind == SERVER_END) {
        answer(end);
    } else if (strncmp(end->head, "HTTP/1.1 101 ", 13) == 0) {
        end->server = (int)header(end->head, "\r\nX-Server: ");
        end->worker = header(end->head, "\r\nX-Worker: ");
    }
    return true;
}

/* Waits for something to come in, and takes it. */
static void pump(struct hold *hold, int wait_ms)
{
    struct pollfd *wanted = hold->wanted;
    for (int i = 0; i < hold->ends; i++)
        wanted[i] = (struct pollfd){.fd = hold->end[i].fd, .events = POLLIN};
    if (poll(wanted, (nfds_t)hold->ends, wait_ms) < 0)
        give_up("poll");
    for (int i = hold->ends;
         i-- > 0;) { /* from the last, so that drop_end moves none yet to come */
        struct end *end = &hold->end[i];
        if (wanted[i].revents == 0)
            continue;
        if (end->kind != LISTENER) {
            if (!read_end(end))
                drop_end(hold, end);
            continue;
        }
        int fd = accept(end->fd, NULL, NULL);
        if (fd >= 0)
            add_end(hold, fd, SERVER_END, end->server);
    }
}

/* ---- Waiting ---- */

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void wait_until(struct hold *hold, bool (*there)(const struct hold *, long), long what,
                       const char *complaint)
{
    int64_t end_ms = now_ms() + WAIT_MS;
    while (!there(hold, what)) {
        int64_t left_ms = end_ms - now_ms();
        if (left_ms <= 0)
            give_up(complaint);
        pump(hold, (int)left_ms);
    }
}

static int count(const struct hold *hold, enum kind kind)
{
    int found = 0;
    for (int i = 0; i < hold->ends; i++)
        found += hold->end[i].kind == kind;
    return found;
}

static bool is_answered(const struct hold *hold, long fd)
{
    for (int i = 0; i < hold->ends; i++)
        if (hold->end[i].fd == fd)
            return hold->end[i].answered;
    return true; /* closed without a word */
}

static bool both_sides_agree(const struct hold *hold, long worker)
{
    for (int i = 0; i < hold->ends; i++)
        if (hold->end[i].kind == CLIENT_END && hold->end[i].worker == worker)
            return false;
    return count(hold, SERVER_END) == count(hold, CLIENT_END);
}

/* ---- Commands ---- */

/* Returns the server that took it, 0: none did. */
static int open_one(struct hold *hold)
{
    struct sockaddr_in address = loopback(hold->gateway);
    int fd = new_socket(), server = 0;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        give_up("the gateway does not listen");
    char request[96];
    snprintf(request, sizeof request,
             "GET /%" PRIu32 " HTTP/1.1\r\nHost: u\r\nConnection: Upgrade\r\nUpgrade: hold\r\n\r\n",
             hold->opened);
    send_text(fd, request);
    add_end(hold, fd, CLIENT_END, 0)->number = hold->opened++;
    wait_until(hold, is_answered, fd, "the gateway does not answer");
    for (int i = hold->ends; i-- > 0;)
        if (hold->end[i].fd == fd) {
            server = hold->end[i].server;
            if (server == 0)
                drop_end(hold, &hold->end[i]);
        }
    return server;
}

static void open_many(struct hold *hold, long connections)
{
    for (long i = 0; i < connections; i++) {
        int server = open_one(hold);
        const char *space = i == 0 ? "" : " ";
        if (server == 0)
            printf("%s-", space);
        else
            printf("%s%d", space, server);
    }
    putchar('\n');
}

static void stream(struct hold *hold)
{
    long opened = 0, refused = 0;
    char line[64];
    struct pollfd told = {.fd = STDIN_FILENO, .events = POLLIN};
    while (poll(&told, 1, 3) == 0 && hold->ends + 2 < ENDS_MAX) {
        if (open_one(hold) == 0)
            refused++;
        else
            opened++;
    }
    if (fgets(line, sizeof line, stdin) == NULL)
        give_up("nobody ends the stream");
    printf("%ld %ld\n", opened, refused);
}

static void print_table(const struct hold *hold)
{
    int held[SERVERS_MAX + 1] = {0};
    for (int i = 0; i < hold->ends; i++)
        if (hold->end[i].kind == SERVER_END)
            held[hold->end[i].server]++;
    for (int server = 1; server <= hold->servers; server++)
        printf("%s%d", server == 1 ? "" : " ", held[server]);
    putchar('\n');
}

static void print_workers(const struct hold *hold)
{
    const char *space = "";
    for (int i = 0; i < hold->ends; i++) {
        long worker = hold->end[i].worker;
        int held = 0;
        bool listed = hold->end[i].kind != CLIENT_END;
        for (int k = 0; k < hold->ends; k++) {
            bool same = hold->end[k].kind == CLIENT_END && hold->end[k].worker == worker;
            listed = listed || (same && k < i);
            held += same;
        }
        if (listed)
            continue;
        printf("%s%ld:%d", space, worker, held);
        space = " ";
    }
    putchar('\n');
}

/* Closes those that were opened before this one. */
static void close_elder(struct hold *hold, uint32_t number)
{
    for (int i = hold->ends; i-- > 0;)
        if (hold->end[i].kind == CLIENT_END && hold->end[i].number < number)
            drop_end(hold, &hold->end[i]);
    wait_until(hold, both_sides_agree, -1, "the servers still hold connections");
    print_table(hold);
}

static void close_oldest(struct hold *hold, long connections)
{
    uint32_t number = 0;
    for (long older = 0; older < connections && number < hold->opened; number++)
        for (int i = 0; i < hold->ends; i++)
            older += hold->end[i].kind == CLIENT_END && hold->end[i].number == number;
    close_elder(hold, number);
}

static void obey(struct hold *hold, const char *line)
{
    char command[16] = "";
    long number = 0;
    if (sscanf(line, "%15s %ld", command, &number) < 1)
        return;
    if (strcmp(command, "open") == 0) {
        open_many(hold, number);
    } else if (strcmp(command, "stream") == 0) {
        stream(hold);
    } else if (strcmp(command, "table") == 0) {
        print_table(hold);
    } else if (strcmp(command, "workers") == 0) {
        print_workers(hold);
    } else if (strcmp(command, "gone") == 0) {
        wait_until(hold, both_sides_agree, number, "the worker still holds connections");
        print_table(hold);
    } else if (strcmp(command, "cut") == 0) {
        close_oldest(hold, number);
    } else if (strcmp(command, "close") == 0) {
        close_elder(hold, hold->opened);
    } else {
        printf("hold: no such command\n");
    }
    fflush(stdout);
}

int main(int argc, char **argv)
{
    long servers = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    struct hold *hold = calloc(1, sizeof *hold);
    if (hold == NULL || servers < 1 || servers > SERVERS_MAX) {
        fprintf(stderr, "usage: hold SERVERS (1 to %d)\n", SERVERS_MAX);
        return 2;
    }
    /* Elsewhere for each process, as several may run at once. */
    uint16_t port = (uint16_t)(20000 + getpid() * 16L % 10000);
    hold->servers = (int)servers;
    close(bind_free(&port));
    hold->gateway = port++;
    close(bind_free(&port));
    printf("%d %d", hold->gateway, port++);
    (void)bind_free(&port); /* refuses: nobody listens there */
    printf(" %d", port);
    for (int server = 1; server <= hold->servers; server++) {
        port++;
        int fd = bind_free(&port);
        if (listen(fd, 128) < 0)
            give_up("listen");
        add_end(hold, fd, LISTENER, server);
        printf(" %d", port);
    }
    putchar('\n');
    fflush(stdout);
    char line[64];
    while (fgets(line, sizeof line, stdin) != NULL)
        obey(hold, line);
    free(hold);
    return 0;
}
