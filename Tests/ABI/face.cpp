// How C++17 uses the library: handles in unique_ptr, errors as exceptions, rows in a loop. Argument: an empty directory.
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mailroom.h"

namespace {

template <auto Free> struct Deleter {
  template <class Handle> void operator()(Handle *handle) const noexcept { Free(handle); }
};
using Record = std::unique_ptr<mr_record, Deleter<mr_record_free>>;
using Engine = std::unique_ptr<mr_engine, Deleter<mr_close>>;
using Cursor = std::unique_ptr<mr_cursor, Deleter<mr_cursor_free>>;
using Error = std::unique_ptr<mr_error, Deleter<mr_error_free>>;

struct Failure : std::runtime_error {
  mr_result result;
  std::string field;
  Failure(const char *message, mr_result result, const char *field)
      : std::runtime_error(message), result(result), field(field ? field : "") {}
};

// `raw` is a reference, because the call that fills it in may be evaluated after the other argument.
mr_result checked(mr_result result, mr_error *&raw) {
  Error error(raw);
  if (result < 0) throw Failure(mr_error_message(error.get()), result, mr_error_field(error.get(), "field"));
  return result;
}

Record record(std::initializer_list<std::pair<const char *, std::string>> fields) {
  Record made(mr_record_new());
  for (const auto &[name, value] : fields) mr_record_set_text(made.get(), name, value.c_str());
  return made;
}

Engine open(const std::string &store) {
  mr_engine *engine;
  mr_error *error;
  checked(mr_open(store.c_str(), nullptr, &engine, &error), error);
  return Engine(engine);
}

int64_t put(const Engine &engine, const char *kind, const Record &values) {
  int64_t id;
  mr_error *error;
  checked(mr_put(engine.get(), kind, values.get(), &id, &error), error);
  return id;
}

std::vector<std::string> column(const Engine &engine, const char *kind, const char *name) {
  mr_cursor *raw;
  mr_error *error;
  checked(mr_find(engine.get(), kind, nullptr, &raw, &error), error);
  Cursor cursor(raw);
  std::vector<std::string> found;
  const mr_record *row;
  while (checked(mr_cursor_next(cursor.get(), &row, &error), error) == MR_OK) {
    const char *text;
    size_t length;
    if (mr_record_text(row, name, &text, &length) == MR_OK) found.emplace_back(std::string_view(text, length));
  }
  return found;
}

int failures;

void expect(bool condition, const char *what) {
  if (condition) return;
  failures++;
  std::printf("not so: %s\n", what);
}

template <class Body> void refused(mr_result result, std::string_view field, Body body) {
  try {
    body();
    expect(false, "the call was refused");
  } catch (const Failure &failure) {
    expect(failure.result == result, failure.what());
    expect(failure.field == field, failure.what());
  }
}

}  // namespace

static_assert(std::is_same_v<mr_result, int32_t>);
static_assert(MR_OK == 0 && MR_E_INVALID < 0);

int main(int count, char **arguments) {
  if (count != 2) return 2;
  const std::string store = std::string(arguments[1]) + "/face.db";
  try {
    Engine engine = open(store);
    const int64_t first = put(engine, "company", record({{"key", "one"}, {"name", "Müller & Söhne"}}));
    const int64_t second = put(engine, "company", record({{"key", "two"}}));
    expect(first > 0 && second > 0 && first != second, "ids are different");
    refused(MR_E_INVALID, "colour", [&] { put(engine, "company", record({{"key", "three"}, {"colour", "red"}})); });
    refused(MR_E_INVALID, "name", [&] { put(engine, "company", record({{"key", "three"}, {"name", "\xff"}})); });
    refused(MR_E_INVALID, "kind", [&] { put(engine, "nosuch", record({})); });
    expect(column(engine, "company", "key") == std::vector<std::string>{"one", "two"}, "both are there, in order");
    expect(column(engine, "company", "name") == std::vector<std::string>{"Müller & Söhne"}, "an absent field is absent");

    Engine same = open(store);
    engine.reset();
    expect(column(same, "company", "key").size() == 2, "another engine on the same file is not disturbed");
  } catch (const Failure &failure) {
    failures++;
    std::printf("%s\n", failure.what());
  }
  return failures ? 1 : 0;
}
