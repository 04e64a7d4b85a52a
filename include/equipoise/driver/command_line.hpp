#pragma once

#include <string>
#include <vector>

namespace equipoise::driver {

enum class Command { run, restart, check, stability, converge, info, help, version };

/// What the user typed after `equipoise`.
struct CommandLine {
    Command command = Command::help;
    std::string target;                 ///< configuration, checkpoint or file
    std::vector<std::string> overrides; ///< "--section.key=value" words, for config::read
    std::string petsc;                  ///< options for PETSc, untouched
    std::string timing;                 ///< file of the timing record; empty: none
    std::vector<std::string> scans;     ///< "KEY=FROM:TO:STEPS" words of stability
    std::string sizes;                  ///< of converge: "1000,4000,16000"
    std::string realisations;           ///< of converge, of each size
    std::string output;                 ///< file of stability or converge; empty: theirs to say
    bool quiet = false;                 ///< no progress
};

/// Throws InputError with what is wrong and what is allowed.
CommandLine parse_command_line(const std::vector<std::string>& words);

/// Usage: commands and options, without the configuration's keys.
std::string usage();

} // namespace equipoise::driver
