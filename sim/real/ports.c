/* ports.c: ports of 127.0.0.1 that nobody else has. */
#define _DEFAULT_SOURCE /* for SO_REUSEPORT */
#include "sim/real/ports.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST = 16384, END = 32768, BACKLOG = 4096 };

/* Processes that look at the same time begin at different places. */
struct ports ports_begin(void)
{
    unsigned low = END;
    FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
    if (range != NULL) {
        if (fscanf(range, "%u", &low) != 1 || low > END)
            low = END;
        fclose(range);
    }
    uint32_t end = low > FIRST ? low : END;
    uint32_t ports = end - FIRST;
    return (struct ports){
        .next = FIRST + (uint32_t)getpid() * 61 % ports, .end = end, .left = ports};
}

static struct sockaddr_in loopback(uint32_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int new_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

static int bind_next(struct ports *ports, uint16_t *port)
{
    int fd = new_socket();
    while (fd >= 0 && ports->left > 0) {
        uint32_t candidate = ports->next++;
        ports->left--;
        if (ports->next == ports->end)
            ports->next = FIRST;
        struct sockaddr_in address = loopback(candidate);
        *port = (uint16_t)candidate;
        if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0)
            return fd;
    }
    if (fd >= 0) {
        close(fd);
        errno = EADDRINUSE;
    }
    return -1;
}

int ports_listen(struct ports *ports, uint16_t *port)
{
    int fd = bind_next(ports, port);
    if (fd < 0)
        return -1;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (listen(fd, BACKLOG) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

bool ports_listen_again(int fd)
{
    return listen(fd, BACKLOG) == 0;
}

/* The word is said after the bind: so it is nobody's who says it too, but nginx's. */
int ports_keep(struct ports *ports, uint16_t *port)
{
    int fd = bind_next(ports, port), yes = 1;
    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
    return fd;
}

int ports_connect(uint16_t port)
{
    int fd = new_socket();
    struct sockaddr_in address = loopback(port);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int why = errno;
    if (fd >= 0)
        close(fd);
    errno = why;
    return -1;
}
