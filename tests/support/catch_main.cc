#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

// A test may ask for more memory than there can be: with a sanitizer, too, it gets none.
extern "C" {
const char* __asan_default_options();
const char* __tsan_default_options();
const char* __asan_default_options() { return "allocator_may_return_null=1"; }
const char* __tsan_default_options() { return "allocator_may_return_null=1"; }
}
