// Prints the tables of docs/configuration.md, made from the program's own table of options and
// catalogue of families: reference_tables options | families.
#include "equipoise/config/help.hpp"

#include <cstdio>
#include <string>

int main(int count, char** words) {
    const std::string which = count == 2 ? words[1] : "";
    if (which != "options" && which != "families") {
        std::fputs("reference_tables options | families\n", stderr);
        return 2;
    }
    const std::string text = which == "options" ? equipoise::config::options_as_markdown()
                                                : equipoise::config::families_as_markdown();
    return std::fputs(text.c_str(), stdout) < 0 ? 1 : 0;
}
