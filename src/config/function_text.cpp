#include "equipoise/config/function_text.hpp"

#include "equipoise/config/arguments.hpp"
#include "equipoise/config/kernel_rules.hpp"
#include "equipoise/config/numbers.hpp"
#include "equipoise/config/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <system_error>

namespace equipoise::config {

namespace {

std::string allowed_families(Role role) {
    return "allowed: " + join(family_names(role));
}

/// A number in place of a function: the family that is probably meant.
std::string meant_by_number(Role role, std::string_view number) {
    switch (role) {
    case Role::drift:
        return "linear(tau=1)";
    case Role::noise:
        return fmt::format("constant(sigma={})", number);
    case Role::gain:
        return fmt::format("linear(slope={})", number);
    case Role::kernel:
        break;
    }
    return fmt::format("cosine({})", number);
}

Complaint unknown_family(Role role, std::string_view name) {
    for (const Role other : {Role::drift, Role::noise, Role::gain, Role::kernel}) {
        if (other != role && find_family(other, name) != nullptr) {
            return {fmt::format("{} is a {}, not a {}", name, role_name(other), role_name(role)),
                    allowed_families(role)};
        }
    }
    return {fmt::format("unknown family {} for a {}", name, role_name(role)),
            did_you_mean(name, family_names(role), allowed_families(role))};
}

/// Reads the arguments of one call of a known family.
class ArgumentReader {
  public:
    ArgumentReader(const Family& family, Role role, const Context& context, FunctionSpec& spec,
                   Complaints& complaints)
        : family_(family), role_(role), context_(context), spec_(spec), complaints_(complaints) {}

    void read(const std::vector<Argument>& arguments) {
        for (const Argument& argument : arguments) {
            switch (argument.form) {
            case Argument::Form::named:
                named(argument);
                break;
            case Argument::Form::text:
                text(argument.value);
                break;
            case Argument::Form::call:
                factor(argument.value);
                break;
            case Argument::Form::value:
                value(argument.value);
                break;
            }
        }
        finish();
    }

    [[nodiscard]] const std::vector<std::size_t>& group_sizes() const { return group_sizes_; }

  private:
    void complain(std::string message, std::string remedy) {
        complaints_.push_back({std::move(message), std::move(remedy)});
    }

    void named(const Argument& argument) {
        const Parameter* parameter = family_.parameter(argument.name);
        if (parameter == nullptr) {
            std::vector<std::string> names;
            for (const Parameter& known : family_.parameters) {
                names.push_back(known.name);
            }
            complain(fmt::format("{} has no parameter {}", family_.name, argument.name),
                     did_you_mean(argument.name, names, "write " + family_.usage()));
            given_.insert(std::string(argument.name));
            return;
        }
        if (!given_.insert(parameter->name).second) {
            complain(fmt::format("the parameter {} is given twice", parameter->name),
                     "give it once");
            return;
        }
        double value = 0.0;
        Complaints wrong = parse_real(argument.value, parameter->range, value);
        if (wrong.empty() && parameter->whole && value != std::floor(value)) {
            wrong = {{"is not a whole number",
                      "a whole number " + parameter->range.text() + " is allowed"}};
        }
        for (const Complaint& complaint : wrong) {
            complain(fmt::format("{}{}{} {}", parameter->name, argument.value.empty() ? "" : " = ",
                                 argument.value, complaint.message),
                     complaint.remedy);
        }
        spec_.parameters[parameter->name] = value;
    }

    void text(std::string_view text) {
        if (family_.arguments != Arguments::text) {
            complain(fmt::format("{} takes no text in quotes", family_.name),
                     "write " + family_.usage());
        } else if (has_text_) {
            complain("two texts in quotes are given", "write " + family_.usage());
        } else if (trim(text).empty()) {
            complain("the text in quotes is empty", "write " + family_.usage());
        }
        has_text_ = true;
        spec_.text = text;
    }

    void factor(std::string_view text) {
        if (family_.arguments == Arguments::text) {
            missing_quotes(text);
            return;
        }
        if (family_.arguments != Arguments::factors) {
            complain(fmt::format("'{}' is not a number", text), "write " + family_.usage());
            return;
        }
        FunctionSpec& part = spec_.factors.emplace_back();
        part.key = spec_.key;
        if (leading_name(text) == "product") { // also what bounds the depth of the recursion
            complain("a product is a factor of a product", product_factors);
            return;
        }
        // Each direction of the torus is a ring of its own.
        Context ring = context_;
        ring.domain = DomainKind::ring;
        for (const Complaint& complaint : parse_function(text, role_, ring, part)) {
            complain(fmt::format("in the factor {}: {}", text, complaint.message),
                     complaint.remedy);
        }
    }

    void value(std::string_view text) {
        switch (family_.arguments) {
        case Arguments::named:
            complain(fmt::format("the value {} has no name", text),
                     family_.parameters.size() == 1
                         ? fmt::format("write {}({}={})", family_.name,
                                       family_.parameters.front().name, text)
                         : "write " + family_.usage());
            break;
        case Arguments::text:
            missing_quotes(text);
            break;
        case Arguments::factors:
            complain(fmt::format("the factor {} is not a kernel", text), product_factors);
            break;
        case Arguments::list:
            numbers(text);
            break;
        }
    }

    void missing_quotes(std::string_view text) {
        complain(fmt::format("'{}' is not in quotes", text),
                 fmt::format("write {}(\"{}\"{})", family_.name, text,
                             family_.parameters.empty() ? "" : ", ..."));
        has_text_ = true;
    }

    void numbers(std::string_view text) {
        const std::vector<std::string_view> words = split_list(text);
        group_sizes_.push_back(words.size());
        for (const std::string_view word : words) {
            double number = 0.0;
            for (const Complaint& complaint : parse_real(word, Range::any(), number)) {
                complain(fmt::format("the value {} {}", word, complaint.message), complaint.remedy);
            }
            spec_.positional.push_back(number);
        }
    }

    void finish() {
        for (const Parameter& parameter : family_.parameters) {
            if (given_.count(parameter.name) > 0) {
                continue;
            }
            if (!parameter.fallback) {
                complain(fmt::format("the parameter {} is missing", parameter.name),
                         "write " + family_.usage());
            }
            spec_.parameters[parameter.name] = parameter.fallback.value_or(0.0);
        }
        if (family_.arguments == Arguments::text && !has_text_) {
            complain("the text in quotes is missing", "write " + family_.usage());
        }
        if (family_.name == "expression" && complaints_.empty() &&
            !(spec_.at("from") < spec_.at("to"))) {
            complain(
                fmt::format("the range from {} to {} is empty", spec_.at("from"), spec_.at("to")),
                "from must be less than to");
        }
        if (family_.name == "table" && complaints_.empty()) {
            const std::filesystem::path folder = context_.directory;
            spec_.text = (folder / spec_.text).lexically_normal().string();
            if (spec_.text.find_first_of("#\"\n") != std::string::npos) {
                complain(fmt::format("the path {} holds a # or a quote", spec_.text),
                         "rename the file or its folder");
            }
        }
    }

    static constexpr const char* product_factors =
        "two of the ring's kernels are allowed, as in product(cosine(1, 2), gaussian(width=0.1))";

    const Family& family_;
    Role role_;
    const Context& context_;
    FunctionSpec& spec_;
    Complaints& complaints_;
    std::set<std::string> given_;
    std::vector<std::size_t> group_sizes_; ///< numbers in each argument of a list
    bool has_text_ = false;
};

} // namespace

Complaints parse_function(std::string_view text, Role role, const Context& context,
                          FunctionSpec& spec) {
    text = trim(text);
    spec = FunctionSpec{{}, {}, {}, {}, spec.key, {}};
    if (text.empty()) {
        return {{"has no value", allowed_families(role)}};
    }
    if (double number = 0.0; parse_real(text, Range::any(), number).empty()) {
        return {{"is a number, not a function", "write " + meant_by_number(role, text)}};
    }
    const std::string_view name = leading_name(text);
    const Family* family = find_family(role, name);
    if (!name.empty() && family == nullptr) {
        return {unknown_family(role, name)};
    }
    Complaint complaint;
    const std::optional<Call> call = parse_call(text, complaint);
    if (!call) {
        if (family == nullptr) {
            complaint.remedy =
                "write family(parameter=value, ...); families " + allowed_families(role);
        } else if (complaint.remedy.empty()) {
            complaint.remedy = "write " + family->usage();
        }
        return {complaint};
    }
    spec.family = call->family;
    Complaints complaints;
    ArgumentReader reader(*family, role, context, spec, complaints);
    reader.read(call->arguments);
    if (role == Role::kernel && complaints.empty()) {
        return check_kernel(spec, reader.group_sizes(), context.domain);
    }
    return complaints;
}

std::string write_function(const FunctionSpec& spec, Role role, DomainKind domain) {
    std::vector<std::string> words;
    const Family* family = find_family(role, spec.family);
    if (family == nullptr) {
        return spec.family;
    }
    if (family->arguments == Arguments::text) {
        words.push_back('"' + spec.text + '"');
    }
    const std::size_t group = domain == DomainKind::torus && spec.family == "modes" ? 3 : 1;
    for (std::size_t i = 0; i < spec.positional.size(); ++i) {
        if (i % group == 0) {
            words.push_back(write_real(spec.positional[i]));
        } else {
            words.back() += ' ' + write_real(spec.positional[i]);
        }
    }
    for (const FunctionSpec& factor : spec.factors) {
        words.push_back(write_function(factor, role, DomainKind::ring));
    }
    for (const Parameter& parameter : family->parameters) {
        words.push_back(parameter.name + '=' + write_real(spec.at(parameter.name)));
    }
    return fmt::format("{}({})", spec.family, fmt::join(words, ", "));
}

} // namespace equipoise::config
