#include "equipoise/config/provenance.hpp"

#include "equipoise_commit.hpp" // written at build time by write_commit.cmake

namespace equipoise::config {

std::string version() {
    return EQUIPOISE_VERSION;
}

std::string commit() {
    return EQUIPOISE_COMMIT;
}

} // namespace equipoise::config
