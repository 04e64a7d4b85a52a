#include "equipoise/config/read.hpp"

#include "equipoise/config/checks.hpp"
#include "equipoise/config/findings.hpp"
#include "equipoise/config/ini.hpp"
#include "equipoise/config/numbers.hpp"
#include "equipoise/config/options.hpp"
#include "equipoise/config/resolved.hpp"
#include "equipoise/config/suggest.hpp"
#include "equipoise/config/unknown.hpp"
#include "equipoise/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

namespace equipoise::config {

namespace fs = std::filesystem;

namespace {

constexpr const char* command_line = "command line";
constexpr const char* default_value = "default";

std::string section_of(std::string_view key) {
    return std::string(key.substr(0, std::min(key.rfind('.'), key.size())));
}

std::string absolute_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::absolute(path, ignored).lexically_normal().string();
}

/// From entries to a Config, option by option in the table's order.
class Reader {
  public:
    Reader(std::string_view text, std::string file, const std::vector<std::string>& overrides)
        : file_(std::move(file)), ini_(read_ini(text, file_)),
          overrides_(read_overrides(overrides)),
          folder_(absolute_folder(fs::path(file_).parent_path())) {
        for (IniText* source : {&ini_, &overrides_}) {
            for (Problem& problem : source->problems) {
                findings_.add(std::move(problem));
            }
            for (const Entry& entry : source->entries) {
                given_[entry.key] = &entry;
            }
        }
    }

    Config read(const PartsJudge& judge) {
        for (const Option& option : options()) {
            for (std::size_t i = 0; i < option.count(config_); ++i) {
                read_option(option, i);
            }
            if (option.section == "domain" && option.name == "kind" &&
                findings_.trusted("domain.kind")) {
                domain_ = config_.domain.kind;
            }
            if (option.section == "populations") {
                settle_populations();
                check_sections();
                add_couplings();
                add_covariances();
            }
        }
        for (const auto& [option, key] : missing_) {
            report_missing(*option, key);
        }
        report_unknown_keys();
        settle_output();
        settle_sites("kinetic.sites", config_.kinetic.sites);
        settle_sites("field.sites", config_.field.sites);
        settle_steps("kinetic", config_.kinetic.time_step, config_.kinetic.tolerance,
                     Kinetic{}.tolerance);
        settle_steps("field", config_.field.time_step, config_.field.tolerance, Field{}.tolerance);
        if (domain_) {
            check_relations(config_, findings_);
        }
        if (judge && !findings_.empty()) {
            for (Problem& problem : judge(config_, findings_)) {
                findings_.add(std::move(problem));
            }
        }
        findings_.finish();
        config_.resolved = resolved_text(config_);
        return std::move(config_);
    }

  private:
    void read_option(const Option& option, std::size_t i) {
        const std::string key = option.key(config_, i);
        option.name_value(config_, i, key);
        const auto found = given_.find(key);
        if (found == given_.end() || is_below_bad_header(*found->second)) {
            config_.origins[key] = {default_value, 0, key, option.fallback};
            if (option.required) {
                findings_.distrust(key);
                missing_.emplace_back(&option, key);
            }
            return;
        }
        const Entry& entry = *found->second;
        used_.insert(key);
        config_.origins[key] = entry.origin;
        const bool typed = entry.origin.file == command_line;
        const Context context{domain_, typed ? absolute_folder(".") : folder_};
        for (Complaint& complaint : option.parse(config_, i, entry.value, context)) {
            if (entry.comment_cut) {
                complaint.remedy += " (what follows a # is a comment)";
            }
            findings_.reject(key, entry.origin, complaint);
        }
    }

    [[nodiscard]] bool is_below_bad_header(const Entry& entry) const {
        return entry.section != no_section && bad_headers_.count(entry.section) > 0;
    }

    /// Line of a section's header; 0 where it has none.
    [[nodiscard]] int header_line(const std::string& section) const {
        for (const SectionHeader& header : ini_.sections) {
            if (header.name == section) {
                return header.line;
            }
        }
        return 0;
    }

    /// A misspelt key or header is reported as such; what is then missing is no second mistake.
    [[nodiscard]] bool is_misspelt(const std::string& key) const {
        const std::string section = section_of(key);
        const bool header_misspelt =
            header_line(section) == 0 &&
            std::any_of(bad_headers_.begin(), bad_headers_.end(), [&](std::size_t i) {
                return edit_distance(ini_.sections[i].name, section, 2) <= 2;
            });
        return header_misspelt || std::any_of(given_.begin(), given_.end(), [&](const auto& given) {
                   const std::string& other = given.first;
                   return used_.count(other) == 0 &&
                          (other == key.substr(section.size() + 1) ||
                           (section_of(other) == section && edit_distance(other, key, 2) <= 2));
               });
    }

    void report_missing(const Option& option, const std::string& key) {
        if (is_misspelt(key)) {
            return;
        }
        const std::string section = section_of(key);
        const auto prefix = given_.lower_bound(section + '.');
        const bool section_given = header_line(section) > 0 ||
                                   (prefix != given_.end() && section_of(prefix->first) == section);
        if (section_given) {
            findings_.add({{file_, header_line(section), key, {}},
                           "is missing",
                           "it needs a value: " + option.allowed});
        } else if (missing_sections_.insert(section).second) {
            std::vector<std::string> needed;
            for (const Option* other : section_options(option.section)) {
                if (other->required) {
                    needed.push_back(other->name);
                }
            }
            findings_.add({{file_, 0, {}, {}},
                           fmt::format("the section [{}] is missing", section),
                           fmt::format("it needs {}", join(needed))});
        }
    }

    [[nodiscard]] std::vector<std::string> population_names() const {
        std::vector<std::string> names;
        for (const Population& population : config_.populations) {
            names.push_back(population.name);
        }
        return names;
    }

    /// Where populations.names has a mistake, the headers tell the names, so that the rest can be
    /// checked all the same.
    void settle_populations() {
        if (findings_.trusted("populations.names")) {
            return;
        }
        for (const SectionHeader& header : ini_.sections) {
            const std::vector<std::string> words = split_at_dots(header.name);
            const std::vector<std::string> known = population_names();
            if (words.size() == 2 && words[0] == "population" && is_population_name(words[1]) &&
                std::find(known.begin(), known.end(), words[1]) == known.end() &&
                known.size() < 100) {
                config_.populations.emplace_back().name = words[1];
            }
        }
    }

    void check_sections() {
        const bool names_known = findings_.trusted("populations.names");
        for (std::size_t i = 0; i < ini_.sections.size(); ++i) {
            const SectionHeader& header = ini_.sections[i];
            const auto complaint = section_complaint(header.name, population_names());
            if (!complaint) {
                continue;
            }
            bad_headers_.insert(i);
            // Where the populations are not known, a section of an unknown one is no news.
            const bool about_names = section_title(header.name) != header.name;
            if (header.name != unnamed_section && !header.repeated &&
                (names_known || !about_names)) {
                findings_.add({{file_, header.line, {}, {}},
                               fmt::format("[{}]: {}", shown(header.name), complaint->message),
                               complaint->remedy});
            }
        }
    }

    /// The pairs of populations that headers and keys name after this word, in order.
    [[nodiscard]] std::set<std::pair<std::size_t, std::size_t>>
    named_pairs(std::string_view word) const {
        std::set<std::pair<std::size_t, std::size_t>> pairs;
        const std::vector<std::string> names = population_names();
        const auto add = [&](const std::string& section) {
            const std::vector<std::string> words = split_at_dots(section);
            if (words.size() == 3 && words[0] == word && !section_complaint(section, names)) {
                const auto index = [&names](const std::string& name) {
                    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) -
                                                    names.begin());
                };
                pairs.emplace(index(words[1]), index(words[2]));
            }
        };
        for (const SectionHeader& header : ini_.sections) {
            add(header.name);
        }
        for (const auto& [key, entry] : given_) {
            if (!is_below_bad_header(*entry)) {
                add(section_of(key));
            }
        }
        return pairs;
    }

    void add_couplings() {
        for (const auto& [target, source] : named_pairs("coupling")) {
            Coupling& coupling = config_.couplings.emplace_back();
            coupling.target = target;
            coupling.source = source;
        }
    }

    void add_covariances() {
        for (const auto& [first, second] : named_pairs("covariance")) {
            Covariance& covariance = config_.covariances.emplace_back();
            covariance.first = first;
            covariance.second = second;
        }
    }

    void report_unknown_keys() {
        const std::vector<std::string> names = population_names();
        for (const auto& [key, entry] : given_) {
            const bool about_names = section_title(key) != key;
            if (used_.count(key) > 0 || is_below_bad_header(*entry) ||
                (about_names && section_complaint(section_of(key), names) &&
                 !findings_.trusted("populations.names"))) {
                continue;
            }
            const Complaint complaint = unknown_key(key, entry->section != no_section, names);
            findings_.reject(key, entry->origin, complaint);
        }
    }

    [[nodiscard]] bool is_given(const std::string& key) const {
        return config_.origins.at(key).file != default_value;
    }

    void settle_output() {
        const std::string key = "run.output";
        if (!config_.run.output.empty()) {
            return;
        }
        if (is_given(key)) {
            findings_.reject(key, config_.origins[key],
                             {"has no value", "give the path of the output, or leave the key out"});
            return;
        }
        std::string name = fs::path(file_).stem().string();
        std::replace(name.begin(), name.end(), '#', '_'); // it would start a comment
        name = shown(trim(name));
        config_.run.output = (name.empty() ? "equipoise" : name) + ".h5";
        config_.origins[key].value = config_.run.output;
    }

    void settle_sites(const std::string& key, SiteCount& sites) {
        if (is_given(key) || !domain_) {
            return;
        }
        if (*domain_ == DomainKind::point) {
            sites = {1, 1};
        } else if (*domain_ == DomainKind::torus) {
            sites = {16, 16};
        }
    }

    /// A fixed time step or a tolerance: of two that are given in one place neither is preferred;
    /// the command line goes over the file.
    void settle_steps(const std::string& section, std::optional<double>& time_step,
                      double& tolerance, double default_tolerance) {
        const std::string step_key = section + ".time_step";
        const std::string tolerance_key = section + ".tolerance";
        if (!time_step || !is_given(tolerance_key)) {
            return;
        }
        Origin& step_origin = config_.origins[step_key];
        Origin& tolerance_origin = config_.origins[tolerance_key];
        if (step_origin.file == tolerance_origin.file) {
            findings_.reject(
                tolerance_key, tolerance_origin,
                {"is given together with " + step_key,
                 "give one of them: the tolerance of an adaptive step, or a fixed step"});
        } else if (tolerance_origin.file == command_line) {
            time_step.reset();
            step_origin = {default_value, 0, step_key, "auto"};
        } else {
            tolerance = default_tolerance;
            tolerance_origin = {default_value, 0, tolerance_key, write_real(default_tolerance)};
        }
    }

    std::string file_;
    IniText ini_;
    IniText overrides_;
    std::string folder_; ///< relative paths in the file start here
    std::map<std::string, const Entry*> given_;
    std::set<std::string> used_;
    std::vector<std::pair<const Option*, std::string>> missing_;
    std::set<std::size_t> bad_headers_;
    std::set<std::string> missing_sections_;
    std::optional<DomainKind> domain_; ///< once it is known
    Findings findings_;
    Config config_;
};

} // namespace

Config read_text(std::string_view text, const std::string& name,
                 const std::vector<std::string>& overrides, const PartsJudge& judge) {
    return Reader(text, name, overrides).read(judge);
}

Config read(const std::string& path, const std::vector<std::string>& overrides,
            const PartsJudge& judge) {
    constexpr std::size_t most_bytes = std::size_t{1} << 20;
    const auto fail = [&path](const std::string& message, const std::string& remedy) {
        throw InputError({{{path, 0, {}, {}}, message, remedy}});
    };
    std::error_code error;
    if (fs::is_directory(path, error)) {
        fail("is a folder", "name a configuration file");
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        fail(fmt::format("cannot be read: {}", std::strerror(errno)), "name a configuration file");
    }
    std::string text;
    std::array<char, 8192> part;
    while (text.size() <= most_bytes && file) { // the size of a pipe is not known before
        file.read(part.data(), part.size());
        text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (text.size() > most_bytes) {
        fail("is larger than 1 MiB", "name a configuration file; this is something else");
    }
    return read_text(text, path, overrides, judge);
}

} // namespace equipoise::config
