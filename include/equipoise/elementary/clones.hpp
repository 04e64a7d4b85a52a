#pragma once

/// EQUIPOISE_CLONES before a function: the compiler makes it for AVX-512, AVX2 with FMA and the
/// baseline, and the loader picks one, so that a packaged build is as fast as one for the machine.
/// All give the same bits: fused multiply-adds stand only where std::fma is written
/// (-ffp-contract=off), and the baseline calls the C library's. Off where the resolvers do not
/// work: under the sanitizers, off x86-64 and off Linux. No two such functions of one namespace may
/// have the same name and arguments, in anonymous namespaces of other files either: Clang gives
/// their resolvers external linkage. EQUIPOISE_WITHOUT_AVX512, for benchmarks: what a processor
/// without AVX-512 runs, on one that has it.
#if defined(__x86_64__) && defined(__linux__) && defined(__has_attribute)
#if __has_attribute(target_clones) && !defined(__SANITIZE_ADDRESS__)
#define EQUIPOISE_HAS_CLONES
#endif
#endif

// Clang takes arch= for one processor, not for all that can run its instructions.
#if !defined(EQUIPOISE_HAS_CLONES)
#define EQUIPOISE_CLONES
#elif defined(EQUIPOISE_WITHOUT_AVX512) && defined(__clang__)
#define EQUIPOISE_CLONES __attribute__((target_clones("fma", "default")))
#elif defined(EQUIPOISE_WITHOUT_AVX512)
#define EQUIPOISE_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#elif defined(__clang__)
#define EQUIPOISE_CLONES __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define EQUIPOISE_CLONES                                                                           \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
