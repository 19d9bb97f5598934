/* A message becomes a file: first in tmp, whole and synced; where it goes from there is the caller's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "maildir.h"

static mr_result write_all(mr_context *context, int file, mr_bytes message) {
  const char *data = message.data;
  size_t left = message.size;
  mr_result result = MR_OK;
  while (left > 0 && result == MR_OK) {
    ssize_t put = write(file, data, left < 65536 ? left : 65536);
    if (put < 0 && errno != EINTR) return failed_errno(context, "data", "the message cannot be written");
    if (put > 0) {
      data += put;
      left -= (size_t)put;
      /* the host may then give back the memory of what has been read */
      host->progress(context, (int64_t)(message.size - left), (int64_t)message.size);
    }
    result = host->check(context);
  }
  if (result == MR_OK && fsync(file) != 0) result = failed_errno(context, "data", "the message cannot be written");
  return result;
}

mr_result write_new(mr_context *context, int folder, mr_bytes message, char name[96]) {
  unsigned char random[8];
  char path[104];
  mr_result result;
  int file;
  host->random(random, sizeof random);
  snprintf(name, 96, "%lld.R%02x%02x%02x%02x%02x%02x%02x%02x.mailroom", (long long)(host->now_ms(1) / 1000),
           random[0], random[1], random[2], random[3], random[4], random[5], random[6], random[7]);
  snprintf(path, sizeof path, "tmp/%s", name);
  file = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return failed_errno(context, "data", "the message cannot be written");
  result = write_all(context, file, message);
  close(file);
  if (result != MR_OK) unlinkat(folder, path, 0);
  return result;
}

void sync_directory(int folder, const char *name) {
  int directory = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  fsync(directory);
  close(directory);
}
