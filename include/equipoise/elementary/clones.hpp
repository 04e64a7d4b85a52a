#pragma once

/// EQUIPOISE_CLONES before a function: the compiler makes it for AVX-512, AVX2 and the baseline,
/// and the loader picks one, so that a packaged build is as fast as one for the machine. All give
/// the same bits (no fused multiply-adds: -ffp-contract=off). Off where the resolvers do not work:
/// under the sanitizers, off x86-64 and off Linux.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) &&       \
    !defined(__SANITIZE_ADDRESS__)
#define EQUIPOISE_CLONES                                                                           \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define EQUIPOISE_CLONES
#endif
