/* post.c: a request that changes something. */
#include "sim/real/post.h"

#include "sim/real/ports.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE_S = 5, ROOM = 512 };

bool post_to(uint16_t port, const char *target, char *why, size_t room)
{
    char text[ROOM] = "";
    struct timeval patience = {.tv_sec = PATIENCE_S};
    int length = snprintf(text, sizeof text,
                          "POST %s HTTP/1.1\r\nHost: lbsim\r\nContent-Length: 0\r\n"
                          "Connection: close\r\n\r\n",
                          target);
    ssize_t got = 0;
    int fd = ports_connect(port);
    if (fd >= 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (send(fd, text, (size_t)length, MSG_NOSIGNAL) == length)
            got = recv(fd, text, sizeof text - 1, 0);
        close(fd);
    }
    text[got > 0 ? got : 0] = '\0';
    snprintf(why, room, "nginx answers POST %s with '%.*s'", target, (int)strcspn(text, "\r\n"),
             text);
    return strncmp(text, "HTTP/1.1 200 ", 13) == 0;
}
