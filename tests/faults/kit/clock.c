/* Another time for chosen processes, as a host with a wrong clock has it: loaded by LD_PRELOAD into everything that a site
 * starts. A process one of whose arguments ends in the name of a file in the folder ZT_TEST_CLOCKS lives by so many seconds
 * as that file holds; it is read once, when the process begins. The monotonic clock stays right, as it does on such a host. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

static long shift;
static int (*real)(clockid_t, struct timespec *);

static int told(clockid_t clock, struct timespec *moment) {
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    return real(clock, moment);
}

static int named(const char *name) {
    static char line[65536];
    FILE *file = fopen("/proc/self/cmdline", "r");
    if (!file)
        return 0;
    size_t size = fread(line, 1, sizeof line - 1, file), length = strlen(name);
    fclose(file);
    line[size] = 0;
    for (char *word = line; word < line + size; word += strlen(word) + 1) {
        char *end = word + strlen(word) - length;
        if (end >= word && !strcmp(end, name) && (end == word || end[-1] == '/'))
            return 1;
    }
    return 0;
}

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("ZT_TEST_CLOCKS");
    DIR *opened = folder ? opendir(folder) : NULL;
    for (struct dirent *entry; opened && (entry = readdir(opened));) {
        char path[4096];
        if (entry->d_name[0] == '.' || !named(entry->d_name))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = fopen(path, "r");
        if (file && fscanf(file, "%ld", &shift) != 1)
            shift = 0;
        if (file)
            fclose(file);
    }
    if (opened)
        closedir(opened);
}

int clock_gettime(clockid_t clock, struct timespec *moment) {
    int failed = told(clock, moment);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        moment->tv_sec += shift;
    return failed;
}

int gettimeofday(struct timeval *restrict moment, void *restrict zone) {
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    (void)zone;
    moment->tv_sec = now.tv_sec;
    moment->tv_usec = now.tv_nsec / 1000;
    return failed;
}

time_t time(time_t *moment) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (moment)
        *moment = now.tv_sec;
    return now.tv_sec;
}
