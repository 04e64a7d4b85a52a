#include "equipoise/config/ini.hpp"

#include "equipoise/config/numbers.hpp"
#include "equipoise/config/options.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace equipoise::config {

namespace po = boost::program_options;

namespace {

constexpr const char* command_line = "command line";

/// A control character other than a blank: nothing that belongs into a text file.
bool is_control(char c) {
    const auto code = static_cast<unsigned char>(c);
    return (code < 0x20 && c != '\t') || code == 0x7f;
}

/// What Boost shall recognise; names of populations are open.
const po::options_description& description() {
    static const po::options_description all = [] {
        po::options_description keys;
        for (const Option& option : options()) {
            if (option.repeated == Repeated::once) {
                keys.add_options()((option.section + '.' + option.name).c_str(),
                                   po::value<std::string>());
            }
        }
        keys.add_options()("population.*", po::value<std::string>());
        keys.add_options()("coupling.*", po::value<std::string>());
        return keys;
    }();
    return all;
}

/// Looks over the lines of a file: where keys and headers are, and what is neither.
class Scanner {
  public:
    explicit Scanner(const std::string& file) : file_(file) {}

    void line(std::string_view raw) {
        ++number_;
        raw = trim(raw);
        if (std::any_of(raw.begin(), raw.end(), is_control)) {
            complain(raw, "holds characters that are not text",
                     "a configuration is a plain text file");
            return;
        }
        const std::size_t comment = std::min(raw.find('#'), raw.size());
        const std::string_view text = trim(raw.substr(0, comment));
        if (text.empty()) {
            return;
        }
        const std::size_t equals = text.find('=');
        if (text.front() == '[' && (text.back() == ']' || equals == std::string_view::npos)) {
            header(text);
        } else if (equals == std::string_view::npos) {
            complain(text, "is neither [section] nor key = value", remedy_without_equals(text));
        } else if (trim(text.substr(0, equals)).empty()) {
            complain(text, "has no key before the =", "write key = value");
        } else {
            clean_ += fmt::format("{}\n", text);
            Entry entry;
            entry.origin = {file_, number_, {}, {}};
            entry.section = in_section_ ? result_.sections.size() - 1 : no_section;
            entry.comment_cut = comment < raw.size();
            result_.entries.push_back(std::move(entry));
        }
    }

    /// Keys and values by Boost, from the lines that are in order.
    IniText finish() {
        std::istringstream stream(clean_);
        const po::parsed_options parsed = po::parse_config_file(stream, description(), true);
        ensure(parsed.options.size() == result_.entries.size(), "one entry per line with a key");
        for (std::size_t i = 0; i < parsed.options.size(); ++i) {
            Entry& entry = result_.entries[i];
            entry.key = parsed.options[i].string_key;
            entry.value = parsed.options[i].value.empty() ? "" : parsed.options[i].value.front();
            entry.origin.key = shown(entry.key);
            entry.origin.value = shown(entry.value);
        }
        return std::move(result_);
    }

  private:
    void complain(std::string_view text, const std::string& message, std::string remedy) {
        result_.problems.push_back({{file_, number_, {}, {}},
                                    fmt::format("'{}' {}", shown(trim(text)), message),
                                    std::move(remedy)});
    }

    static std::string remedy_without_equals(std::string_view text) {
        return text.front() == ';' ? "comments start with #" : "write key = value";
    }

    void header(std::string_view text) {
        const bool closed = text.back() == ']';
        std::string_view name = trim(text.substr(1, text.size() - (closed ? 2 : 1)));
        const bool named = !name.empty() && name.back() != '.';
        if (!named) {
            complain(text, "names no section", "write [section]");
            name = unnamed_section;
        } else if (!closed) { // what stands below belongs to it all the same
            complain(text, "has no closing ]", "write [section]");
        }
        SectionHeader section{std::string(name), number_, false};
        const auto [first, is_new] = first_line_.emplace(section.name, number_);
        if (!is_new && named) {
            section.repeated = true;
            complain(fmt::format("[{}]", name),
                     fmt::format("is given twice, first in line {}", first->second),
                     "put its keys into one section");
        }
        clean_ += fmt::format("[{}]\n", name);
        in_section_ = true;
        result_.sections.push_back(std::move(section));
    }

    std::string file_;
    int number_ = 0;
    bool in_section_ = false;
    std::string clean_; ///< the lines that are in order, for Boost
    std::map<std::string, int> first_line_;
    IniText result_;
};

/// Reports keys that are given twice and keeps the first of each.
void drop_duplicates(IniText& ini) {
    std::map<std::string, Origin> first;
    std::vector<Entry> kept;
    for (Entry& entry : ini.entries) {
        const auto [found, is_new] = first.emplace(entry.key, entry.origin);
        if (is_new) {
            kept.push_back(std::move(entry));
        } else if (entry.section == no_section || !ini.sections[entry.section].repeated) {
            const int line = found->second.line;
            ini.problems.push_back({entry.origin,
                                    line > 0 ? fmt::format("is given twice, first in line {}", line)
                                             : "is given twice",
                                    "give it once"});
        }
    }
    ini.entries = std::move(kept);
}

} // namespace

std::string shown(std::string_view text) {
    constexpr std::size_t longest = 200;
    std::string result(text.substr(0, longest));
    std::replace_if(result.begin(), result.end(), is_control, '?');
    return text.size() > longest ? result + "..." : result;
}

IniText read_ini(std::string_view text, const std::string& name) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.substr(0, byte_order_mark.size()) == byte_order_mark) {
        text.remove_prefix(byte_order_mark.size());
    }
    Scanner scanner(name);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        scanner.line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    IniText ini = scanner.finish();
    drop_duplicates(ini);
    return ini;
}

IniText read_overrides(const std::vector<std::string>& words) {
    IniText ini;
    const auto complain = [&ini](std::string_view key, std::string_view value,
                                 const std::string& message, const std::string& remedy) {
        ini.problems.push_back({{command_line, 0, shown(key), shown(value)}, message, remedy});
    };
    std::vector<std::string> sound;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        if (word.rfind("--", 0) != 0 || equals == 2 || equals == std::string::npos) {
            complain(word, "",
                     equals == std::string::npos ? "has no value" : "is not an override of a key",
                     "write --section.key=value, as in --run.t_end=10");
        } else if (std::any_of(word.begin(), word.end(), is_control)) {
            complain(word.substr(2, equals - 2), word.substr(equals + 1),
                     "holds characters that are not text", "text of one line is allowed");
        } else if (word.find('#') != std::string::npos) {
            complain(word.substr(2, equals - 2), word.substr(equals + 1),
                     "holds a #, which starts a comment in a configuration", "leave the # out");
        } else if (equals + 1 == word.size()) { // Boost does not take an empty value
            ini.entries.push_back({word.substr(2, equals - 2), "", {}, no_section, false});
        } else {
            sound.push_back(word);
        }
    }
    namespace style = po::command_line_style;
    const po::parsed_options parsed = po::command_line_parser(sound)
                                          .options(description())
                                          .style(style::allow_long | style::long_allow_adjacent)
                                          .allow_unregistered()
                                          .run();
    for (const po::option& option : parsed.options) {
        const std::string value = option.value.empty() ? "" : option.value.front();
        ini.entries.push_back({option.string_key, std::string(trim(value)), {}, no_section, false});
    }
    for (Entry& entry : ini.entries) {
        entry.origin = {command_line, 0, shown(entry.key), shown(entry.value)};
    }
    drop_duplicates(ini);
    return ini;
}

} // namespace equipoise::config
