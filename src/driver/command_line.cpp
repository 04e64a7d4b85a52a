#include "equipoise/driver/command_line.hpp"

#include "equipoise/util/errors.hpp"

#include <boost/program_options.hpp>

#include <map>
#include <sstream>

namespace equipoise::driver {

namespace po = boost::program_options;

namespace {

[[noreturn]] void fail(const std::string& word, const std::string& message,
                       const std::string& remedy) {
    throw InputError(
        {{{"command line", 0, word.empty() ? "equipoise" : word, ""}, message, remedy}});
}

po::options_description options() {
    po::options_description description("Options");
    description.add_options()                                                         //
        ("help,h", "print this, and every key of the configuration with its default") //
        ("version,v", "print version, commit and libraries")                          //
        ("quiet,q", "no progress; warnings, errors and the summary remain")           //
        ("timing", po::value<std::string>()->value_name("FILE.json"),
         "write what the run took: wall time by phase, rates, memory (docs/scaling.md)") //
        ("scan",
         po::value<std::vector<std::string>>()->composing()->value_name("KEY=FROM:TO:STEPS"),
         "stability: vary a number of the configuration over so many values; once or twice") //
        ("sizes", po::value<std::string>()->value_name("N,N,..."),
         "converge: neurons of the first population; N,M,...,L is a geometric progression") //
        ("realisations", po::value<std::string>()->value_name("R"),
         "converge: networks of each size, with the seeds run.seed, run.seed + 1, ...") //
        ("output,o", po::value<std::string>()->value_name("FILE.h5"),
         "stability and converge: file to write (stability: by default run.output with _stability "
         "before .h5)") //
        ("petsc", po::value<std::string>()->value_name("OPTIONS"),
         "options for PETSc, in quotes, passed on untouched");
    return description;
}

/// An override of a configuration key: "--section.key=value".
bool is_override(const std::string& word) {
    const std::size_t dot = word.find('.');
    const std::size_t equals = word.find('=');
    return word.rfind("--", 0) == 0 && dot != std::string::npos && dot < equals;
}

const std::map<std::string, Command>& commands() {
    static const std::map<std::string, Command> table{
        {"run", Command::run},           {"restart", Command::restart},
        {"check", Command::check},       {"stability", Command::stability},
        {"converge", Command::converge}, {"info", Command::info}};
    return table;
}

} // namespace

std::string usage() {
    std::ostringstream text;
    text << "equipoise: balanced networks of stochastic neurons, beside their kinetic limit\n\n"
            "  equipoise run CONFIG [--section.key=value ...]    simulate, write the output file\n"
            "  equipoise restart CHECKPOINT [--section.key=value ...]\n"
            "                                                    go on from a checkpoint file, or "
            "from the newest valid one in a folder\n"
            "  equipoise check CONFIG [--section.key=value ...]  validate only: balance, spectrum, "
            "memory, "
            "stable time steps\n"
            "  equipoise stability CONFIG --scan KEY=FROM:TO:STEPS [--scan ...] [-o FILE.h5] "
            "[--section.key=value ...]\n"
            "                                                    phase diagram of the balanced "
            "state over one or two parameters\n"
            "  equipoise converge CONFIG --sizes N,N,... --realisations R [-o FILE.h5] "
            "[--section.key=value ...]\n"
            "                                                    errors against the limit as n "
            "grows, and their exponents\n"
            "  equipoise info FILE                               what an output or checkpoint file "
            "holds\n"
            "  equipoise --help | --version\n\n"
            "Runs alone, or under mpirun -n R or srun.\n\n"
         << options()
         << "\nA scan's KEY is a key whose value is a number, population.e.drive; or, after a "
            "colon, an "
            "argument of the\nfunction that a key holds, by its name or its place from 0 on: "
            "coupling.e.i.gain:slope, coupling.e.i.kernel:1,\nin product(...) the factor first: "
            "coupling.e.i.kernel:0:1. FROM and TO are among the STEPS values.\n"
            "\nExit codes: 0 done, 2 bad input (nothing started), 3 the numerics failed, 4 file "
            "system failure,\n75 stopped on request (SIGTERM, SIGUSR1, wall time, the file stop in "
            "the checkpoint folder) with a checkpoint: go on with restart\n";
    return text.str();
}

CommandLine parse_command_line(const std::vector<std::string>& words) {
    CommandLine line;
    std::vector<std::string> rest;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (is_override(words[i])) {
            line.overrides.push_back(words[i]);
            // "--section.key value" is written as two words by habit
            if (words[i].find('=') == std::string::npos && i + 1 < words.size() &&
                words[i + 1].rfind("--", 0) != 0) {
                line.overrides.back() += "=" + words[++i];
            }
        } else {
            rest.push_back(words[i]);
        }
    }
    po::variables_map given;
    std::vector<std::string> positional;
    try {
        po::options_description all = options();
        all.add_options()("positional", po::value<std::vector<std::string>>(&positional));
        po::positional_options_description order;
        order.add("positional", -1);
        // No guessing: --quie is a mistake, not --quiet.
        const auto style =
            po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
        po::store(po::command_line_parser(rest).options(all).positional(order).style(style).run(),
                  given);
        po::notify(given);
    } catch (const po::error& error) {
        fail("", error.what(),
             "a key of the configuration is overridden by --section.key=value; see equipoise "
             "--help");
    }
    line.quiet = given.count("quiet") > 0;
    if (given.count("petsc") > 0) {
        line.petsc = given["petsc"].as<std::string>();
    }
    if (given.count("timing") > 0) {
        line.timing = given["timing"].as<std::string>();
    }
    if (given.count("scan") > 0) {
        line.scans = given["scan"].as<std::vector<std::string>>();
    }
    const std::pair<const char*, std::string*> of_converge[] = {
        {"sizes", &line.sizes}, {"realisations", &line.realisations}, {"output", &line.output}};
    for (const auto& [name, value] : of_converge) {
        if (given.count(name) > 0) {
            *value = given[name].as<std::string>();
        }
    }
    if (given.count("version") > 0) {
        line.command = Command::version;
        return line;
    }
    if (given.count("help") > 0 || (positional.empty() && words.empty())) {
        return line;
    }
    if (positional.empty()) {
        fail("", "no command is given",
             "equipoise run CONFIG, restart CHECKPOINT, check CONFIG, stability CONFIG, converge "
             "CONFIG or info "
             "FILE; see equipoise "
             "--help");
    }
    const auto command = commands().find(positional.front());
    if (command == commands().end()) {
        fail(positional.front(), "is not a command",
             "the commands are run, restart, check, stability, converge and info; see equipoise "
             "--help");
    }
    line.command = command->second;
    if (positional.size() != 2) {
        fail(positional.front(),
             positional.size() < 2 ? "names no file" : "takes one file, and more words are given",
             "equipoise " + positional.front() + " FILE");
    }
    line.target = positional[1];
    if (!line.timing.empty() && line.command != Command::run && line.command != Command::restart) {
        fail("--timing", "goes with run and restart only",
             "equipoise run CONFIG --timing FILE.json");
    }
    if (line.command == Command::stability && line.scans.empty()) {
        fail("stability", "needs a parameter to scan",
             "equipoise stability CONFIG --scan population.e.drive=0:0.5:51");
    }
    if (line.command != Command::stability && !line.scans.empty()) {
        fail("--scan", "goes with stability only",
             "equipoise stability CONFIG --scan population.e.drive=0:0.5:51");
    }
    const bool writes = line.command == Command::stability || line.command == Command::converge;
    if (!writes && !line.output.empty()) {
        fail("--output", "goes with stability and converge only",
             "the output file of a run is named by --run.output=FILE.h5");
    }
    for (const auto& [name, value] : of_converge) {
        if (!value->empty() && line.command != Command::converge && value != &line.output) {
            fail(std::string("--") + name, "goes with converge only",
                 "equipoise converge CONFIG --sizes N,N,... --realisations R");
        }
    }
    if (line.command == Command::info && !line.overrides.empty()) {
        fail("info", "takes no configuration keys", "equipoise info FILE");
    }
    return line;
}

} // namespace equipoise::driver
