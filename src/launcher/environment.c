#include "launcher.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * What would change the brain from outside: Bun, the engine, the allocator and the libraries in it, zx,
 * consola, the dynamic loader. An entry that ends in '=' is a whole name. In any case of letters, because
 * mimalloc reads its variables in any.
 */
static const char *const hijacking[] = {
    "BUN_", "NODE_", "JSC_", "ZX_", "CONSOLA_", "MIMALLOC_", "UV_", "ICU_", "SIMDUTF_", "OPENSSL_", "LD_", "MALLOC_",
    "GLIBC_TUNABLES=", "GLIBCXX_TUNABLES=", "GCONV_PATH=", "LOCPATH=", "CI=", "DEBUG=", "TEST=",
};

/* What we tell the brain. Nobody else can: an inherited variable of such a name never reaches it. */
static const char hidden_prefix[] = "DATAMON_SIDECAR_HIDDEN_";
static const char control_entry[] = "DATAMON_SIDECAR_CONTROL=3";
static const char directory_name[] = "DATAMON_SIDECAR_CWD=";
static const char *const reserved[] = {hidden_prefix, "DATAMON_SIDECAR_CONTROL=", directory_name};

static bool begins_with_one_of(const char *entry, const char *const *list, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (strncasecmp(entry, list[i], strlen(list[i])) == 0) return true;
  return false;
}
#define IS_IN(entry, list) begins_with_one_of(entry, list, sizeof(list) / sizeof *(list))

static char *joined(const char *left, const char *right) {
  char *text = malloc(strlen(left) + strlen(right) + 1);
  return text == NULL ? NULL : strcat(strcpy(text, left), right);
}

char **brain_environment(char **original, const char *lost_directory) {
  size_t count = 0, kept = 0;
  while (original[count] != NULL) count++;
  char **result = calloc(count + 3, sizeof *result);
  if (result == NULL) return NULL;
  for (size_t i = 0; i < count; i++) {
    if (IS_IN(original[i], reserved)) continue;
    bool hide = IS_IN(original[i], hijacking);
    char *entry = hide ? joined(hidden_prefix, original[i]) : original[i];
    if (entry == NULL) return NULL;
    result[kept++] = entry;
  }
  result[kept++] = (char *)control_entry;
  if (lost_directory != NULL && (result[kept] = joined(directory_name, lost_directory)) == NULL) return NULL;
  return result;
}
