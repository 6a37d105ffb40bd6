/* What 'tattler doctor' can tell of the plugin without loading it, which would need Suricata. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cursor.h"
#include "doctor.h"
#include "files/file_map.h"

#define VERSION_SIZE 32

/* The plugin's own words for a Suricata of another version, with the version of the headers behind it. */
#define BUILT_FOR "built for Suricata "
/* As the linker's table of symbols spells it, with the NULs around. */
#define ENTRY_POINT "\0SCPluginRegister"

extern char **environ;

/* --- versions --- */

/* Takes "8.0.7" or "9.0.0-dev" from the start of 'text'; "" if there is no such thing. */
static void take_version(struct cursor text, char out[VERSION_SIZE])
{
    static const char allowed[] = "0123456789.-abcdefghijklmnopqrstuvwxyz";
    size_t len = 0;

    while (len < text.left && len < VERSION_SIZE - 1 && text.at[len] != '\0' &&
            strchr(allowed, text.at[len]) != NULL)
        len++;
    memcpy(out, text.at, len);
    out[len] = '\0';
}

/* What follows the first 'mark' in 'text'; false if it is not there. */
static bool find_behind(struct cursor text, const char *mark, size_t mark_len, struct cursor *out)
{
    const uint8_t *found = text.left > 0 ? memmem(text.at, text.left, mark, mark_len) : NULL;

    if (found == NULL)
        return false;
    *out = text;
    return cursor_skip(out, (size_t)(found - text.at) + mark_len);
}

/* Runs 'suricata -V', without a shell. The text is cut at 'size'; false if it cannot be run. */
static bool ask_suricata(char *out, size_t size, size_t *len)
{
    char name[] = "suricata", option[] = "-V";
    char *const arguments[] = { name, option, NULL };
    posix_spawn_file_actions_t actions;
    int ends[2], status = 0;
    ssize_t got;
    pid_t child;
    bool started;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    started = posix_spawnp(&child, name, &actions, NULL, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    *len = 0;
    while (started && *len < size && (got = read(ends[0], out + *len, size - *len)) > 0)
        *len += (size_t)got;
    close(ends[0]);
    return started && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

/* "" if there is none or it does not say. */
static void installed_version(char out[VERSION_SIZE])
{
    static const char mark[] = "Suricata version ";
    struct cursor behind;
    char text[512];
    size_t len;

    out[0] = '\0';
    if (ask_suricata(text, sizeof(text), &len) &&
            find_behind(cursor_over(text, len), mark, strlen(mark), &behind))
        take_version(behind, out);
}

static void check_version(struct checklist *list, const char *path, const char *built_for)
{
    char installed[VERSION_SIZE];

    installed_version(installed);
    if (installed[0] == '\0')
        checklist_tell(list, VERDICT_WARNING, "install Suricata, or add its folder to PATH",
                "plugin: made for Suricata %s; 'suricata -V' does not tell which is installed",
                built_for);
    else if (strcmp(installed, built_for) == 0)
        checklist_tell(list, VERDICT_OK, NULL, "plugin: %s, made for the installed Suricata %s",
                path, installed);
    else
        checklist_tell(list, VERDICT_PROBLEM, "build the plugin with the headers of the installed "
                "version", "plugin: %s is made for Suricata %s, installed is %s: it will refuse "
                "to load", path, built_for, installed);
}

/* --- the file --- */

static void check_content(struct checklist *list, const char *path, struct cursor content)
{
    static const char elf[] = "\177ELF";
    char built_for[VERSION_SIZE] = "";
    struct cursor behind;

    if (content.left < strlen(elf) || memcmp(content.at, elf, strlen(elf)) != 0 ||
            !find_behind(content, ENTRY_POINT, sizeof(ENTRY_POINT), &behind)) {
        checklist_tell(list, VERDICT_PROBLEM, "install Tattler again",
                "plugin: %s is no plugin of Suricata: no SCPluginRegister in it", path);
        return;
    }
    if (find_behind(content, BUILT_FOR, strlen(BUILT_FOR), &behind))
        take_version(behind, built_for);
    if (built_for[0] == '\0')
        checklist_tell(list, VERDICT_PROBLEM, "install Tattler again",
                "plugin: %s does not say which Suricata it is made for: not Tattler's", path);
    else
        check_version(list, path, built_for);
}

void plugin_check(struct checklist *list, const char *path)
{
    struct cursor content;
    struct statvfs system;
    struct stat status;

    if (!file_map(path, &content)) {
        checklist_tell(list, VERDICT_PROBLEM, "correct the path in 'plugins', or the file's "
                "permissions", "plugin: %s: %s", path, strerror(errno));
        return;
    }
    if (stat(path, &status) == 0 && (status.st_mode & S_IWOTH) != 0)
        checklist_tell(list, VERDICT_WARNING, "type 'sudo chmod o-w' and its path",
                "plugin: %s may be written by anybody, and Suricata runs what is in it", path);
    if (statvfs(path, &system) == 0 && (system.f_flag & ST_NOEXEC) != 0)
        checklist_tell(list, VERDICT_PROBLEM, "put it on another file system",
                "plugin: %s lies on a file system mounted noexec", path);
    check_content(list, path, content);
    file_unmap(&content);
}
