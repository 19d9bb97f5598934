/* The plugin's one export, its table, and how a session begins and ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "maildir.h"

const mr_host *host;

/* A setting for tests: opening goes wrong as it does with real servers. */
static mr_result fault(mr_context *context) {
  static const struct refusal refused = {535, "5.7.8", "Authentication credentials invalid"};
  const char *kind = setting(context, "fault");
  if (!kind || !*kind) return MR_OK;
  if (!strcmp(kind, "auth")) return failed(context, MR_E_AUTH, "auth", &refused, "the login was refused (fault=auth)");
  if (!strcmp(kind, "offline")) return failed(context, MR_E_CONNECTION, "dial", NULL, "nobody answers (fault=offline)");
  if (!strcmp(kind, "slow")) return host->sleep(context, 60000);
  return failed(context, MR_E_INVALID, NULL, NULL, "fault: is none of auth, offline, slow");
}

static mr_result maildir_open(mr_context *context, mr_session **out) {
  const char *path = setting(context, "path");
  mr_session *session;
  mr_result result = fault(context);
  *out = NULL;
  if (result != MR_OK) return result;
  if (!path || *path != '/') return failed(context, MR_E_INVALID, NULL, NULL, "path: must be an absolute path");
  session = malloc(sizeof *session);
  if (!session) return no_memory(context);
  session->base = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (session->base < 0 || faccessat(session->base, "cur", R_OK | X_OK, 0) != 0) {
    result = failed_errno(context, "dial", "the Maildir cannot be opened");
    if (session->base >= 0) close(session->base);
    free(session);
    return result;
  }
  *out = session;
  return MR_OK;
}

static void maildir_close(mr_context *context, mr_session *session) {
  (void)context;
  if (!session) return;
  close(session->base);
  free(session);
}

__attribute__((visibility("default"))) mr_result mr_plugin_init_1(const mr_host *table, mr_plugin *out);

mr_result mr_plugin_init_1(const mr_host *table, mr_plugin *out) {
  static mr_provider provider;
  /* The oldest host that is good enough: one that has all that is used here. */
  if (!table || !out || !MR_REACHES(table, commit) || out->size < sizeof(mr_plugin)) return MR_E_INVALID;
  host = table;
  provider.size = sizeof provider;
  provider.scheme = "maildir";
  provider.open = maildir_open;
  provider.close = maildir_close;
  provider.folders = maildir_folders;
  provider.sync = maildir_sync;
  provider.fetch = maildir_fetch;
  provider.apply = maildir_apply;
  provider.send = maildir_send;
  provider.operations = maildir_operations;
  provider.operation_count = maildir_operation_count;
  provider.operation_size = sizeof(mr_operation);
  provider.append = maildir_append;
  provider.find_sent = maildir_find_sent;
  out->size = sizeof *out;
  out->flags = 0;
  out->providers = &provider;
  out->provider_count = 1;
  out->provider_size = sizeof provider;
  return MR_OK;
}
