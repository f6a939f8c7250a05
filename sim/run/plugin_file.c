/* plugin_file.c: whether a file could be loaded at all, told before the loader of the system has to
 * make sense of it: that may say little of it, or die of one that was cut off. */
#include "sim/engine/memory.h"
#include "sim/engine/stream.h"
#include "sim/run/plugin.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_MOST = 256 << 20 };

/* The file's bytes, or NULL with errno. */
static char *read_bytes(FILE *from, size_t size)
{
    char *bytes = memory_zeroed(size + 1, 1);
    errno = 0;
    if (fread(bytes, 1, size, from) == size)
        return bytes;
    free(bytes);
    errno = errno != 0 ? errno : EIO;
    return NULL;
}

/* The header of the program that is running: what a shared object must be like. */
static bool own_header(ElfW(Ehdr) * header)
{
    FILE *self = fopen("/proc/self/exe", "rb");
    bool fine = self != NULL && fread(header, sizeof *header, 1, self) == 1;
    if (self != NULL)
        fclose(self);
    return fine;
}

/* Do all its segments end within the file? */
static bool is_whole(const char *bytes, size_t size, const ElfW(Ehdr) * header)
{
    size_t entry = sizeof(ElfW(Phdr));
    if (header->e_phentsize != entry || header->e_phoff > size ||
        header->e_phnum > (size - header->e_phoff) / entry)
        return false;
    for (size_t i = 0; i < header->e_phnum; i++) {
        ElfW(Phdr) part;
        memcpy(&part, bytes + header->e_phoff + i * entry, entry);
        if (part.p_offset > size || part.p_filesz > size - part.p_offset)
            return false;
    }
    return true;
}

/* NULL: it could be one. Else what is wrong with it. */
static const char *wrong_with(const char *bytes, size_t size)
{
    ElfW(Ehdr) header, own;
    if (size < EI_NIDENT || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return "is not a shared object; make one by cc -shared -fPIC mine.c -o mine.so";
    if (size < sizeof header)
        return "is cut off; build it again";
    memcpy(&header, bytes, sizeof header);
    if (own_header(&own) &&
        (memcmp(header.e_ident, own.e_ident, EI_VERSION) != 0 || header.e_machine != own.e_machine))
        return "is for another kind of machine; build it on this one";
    if (header.e_type != ET_DYN)
        return "is not a shared object but another file of a compiler's; link it by cc -shared";
    return is_whole(bytes, size, &header) ? NULL : "is cut off; build it again";
}

enum plugin_status plugin_file_look(const char *path, uint64_t *hash, char why[PLUGIN_WHY])
{
    struct stat about;
    FILE *from = stat(path, &about) == 0 && S_ISREG(about.st_mode) ? fopen(path, "rb") : NULL;
    if (from == NULL) {
        bool irregular = stat(path, &about) == 0 && !S_ISREG(about.st_mode);
        snprintf(why, PLUGIN_WHY, "cannot be read: %s",
                 irregular ? "it is not a file" : strerror(errno));
        return PLUGIN_UNREADABLE;
    }
    const char *wrong = NULL;
    enum plugin_status status = PLUGIN_REFUSED;
    if (about.st_size > FILE_MOST) {
        wrong = "is larger than 256 MiB; an algorithm is some kilobytes";
    } else {
        char *bytes = read_bytes(from, (size_t)about.st_size);
        wrong = bytes == NULL ? strerror(errno) : wrong_with(bytes, (size_t)about.st_size);
        if (bytes == NULL)
            status = PLUGIN_UNREADABLE;
        else
            *hash = stream_hash(bytes, (size_t)about.st_size);
        free(bytes);
    }
    fclose(from);
    if (wrong != NULL)
        snprintf(why, PLUGIN_WHY, "%s%s", status == PLUGIN_UNREADABLE ? "cannot be read: " : "",
                 wrong);
    return wrong == NULL ? PLUGIN_FINE : status;
}
