#include "equipoise/io/xdmf.hpp"

#include "equipoise/io/durable.hpp"
#include "equipoise/io/file_info.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace equipoise::io {

namespace {

/// Text for an attribute or an element. XML 1.0 has no way to write most control characters.
std::string escape(const std::string& text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    return result;
}

/// Fields that are drawn on the same grid at the same times.
using Group = std::vector<const FieldDataset*>;

std::vector<Group> grouped(const std::vector<FieldDataset>& fields) {
    std::vector<Group> groups;
    for (const FieldDataset& field : fields) {
        const auto same = std::find_if(groups.begin(), groups.end(), [&field](const Group& group) {
            return group.front()->time == field.time && group.front()->axes == field.axes;
        });
        if (same == groups.end()) {
            groups.push_back({&field});
        } else {
            same->push_back(&field);
        }
    }
    // ParaView lists the times in the order in which it meets them: the most frequent records,
    // which have most of the others' times too, come first.
    std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
        return a.front()->times.size() > b.front()->times.size();
    });
    return groups;
}

class Text {
  public:
    Text(const std::string& file, std::size_t most_times)
        : file_(escape(file)), most_times_(most_times) {}

    std::string document(const std::vector<FieldDataset>& fields, const std::string& title) && {
        add("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Xdmf Version=\"2.2\">\n"
            "<Domain Name=\"{}\">\n",
            escape(title));
        for (const Group& group : grouped(fields)) {
            for (std::size_t a = 0; a < group.front()->populations.size(); ++a) {
                collection(group, a);
            }
        }
        add("</Domain>\n</Xdmf>\n");
        return std::move(text_);
    }

  private:
    template <class... Arguments>
    void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    }

    void collection(const Group& group, std::size_t population) {
        const FieldDataset& first = *group.front();
        std::vector<std::string> names;
        for (const LatticeAxis& axis : first.axes) {
            names.push_back(axis.name);
        }
        const std::size_t slash = first.time.rfind('/');
        const std::string time = first.time.substr(slash + 1);
        add("<Grid Name=\"{}\" GridType=\"Collection\" CollectionType=\"Temporal\">\n",
            escape(fmt::format("{} {} ({}{})", first.time.substr(1, slash - 1),
                               first.populations[population], fmt::join(names, ", "),
                               time == "time" ? "" : "; " + time)));
        const std::size_t records = first.times.size();
        const std::size_t stride = (records + most_times_ - 1) / most_times_;
        // Times of several solvers that differ by rounding would be several times to ParaView:
        // hence 12 digits.
        for (std::size_t record = 0; record < records; record += stride) {
            add("<Grid Name=\"{}\" GridType=\"Uniform\">\n<Time Value=\"{:.12g}\"/>\n",
                escape(first.populations[population]), first.times[record]);
            mesh(first.axes);
            for (const FieldDataset* field : group) {
                attribute(*field, record, population);
            }
            add("</Grid>\n");
        }
        add("</Grid>\n");
    }

    /// A rectilinear grid; a line is one of two directions of which the second has one point. XDMF
    /// counts the slowest direction first, the coordinates come fastest first.
    void mesh(const std::vector<LatticeAxis>& axes) {
        const bool line = axes.size() == 1;
        add("<Topology TopologyType=\"{}DRectMesh\" Dimensions=\"{}\"/>\n<Geometry "
            "GeometryType=\"{}\">\n",
            axes.size() == 3 ? 3 : 2, extents(axes), axes.size() == 3 ? "VXVYVZ" : "VXVY");
        for (const LatticeAxis& axis : std::vector<LatticeAxis>(axes.rbegin(), axes.rend())) {
            if (axis.size == axis.length && axis.stride == 1) {
                values(axis.path, 8, {axis.length});
            } else {
                slab(std::to_string(axis.size), {0}, {axis.stride}, {axis.size}, axis.path, 8,
                     {axis.length});
            }
        }
        if (line) {
            add("<DataItem Format=\"XML\" NumberType=\"Float\" Precision=\"8\" "
                "Dimensions=\"1\">0</DataItem>\n");
        }
        add("</Geometry>\n");
    }

    /// The lattice's extents, slowest first.
    static std::string extents(const std::vector<LatticeAxis>& axes) {
        std::vector<std::uint64_t> sizes;
        if (axes.size() == 1) {
            sizes.push_back(1);
        }
        for (const LatticeAxis& axis : axes) {
            sizes.push_back(axis.size);
        }
        return fmt::format("{}", fmt::join(sizes, " "));
    }

    void attribute(const FieldDataset& field, std::size_t record, std::size_t population) {
        add("<Attribute Name=\"{}\" AttributeType=\"Scalar\" Center=\"Node\">\n",
            escape(field.path.substr(field.path.rfind('/') + 1)));
        std::vector<std::uint64_t> start(field.shape.size(), 0);
        std::vector<std::uint64_t> count = field.shape;
        start[0] = record;
        start[1] = population;
        count[0] = count[1] = 1;
        slab(extents(field.axes), start, std::vector<std::uint64_t>(start.size(), 1), count,
             field.path, field.bytes, field.shape);
        add("</Attribute>\n");
    }

    void slab(const std::string& dimensions, const std::vector<std::uint64_t>& start,
              const std::vector<std::uint64_t>& stride, const std::vector<std::uint64_t>& count,
              const std::string& path, std::size_t bytes, const std::vector<std::uint64_t>& shape) {
        add("<DataItem ItemType=\"HyperSlab\" Dimensions=\"{}\">\n<DataItem Format=\"XML\" "
            "Dimensions=\"3 {}\">{} {} {}</DataItem>\n",
            dimensions, shape.size(), fmt::join(start, " "), fmt::join(stride, " "),
            fmt::join(count, " "));
        values(path, bytes, shape);
        add("</DataItem>\n");
    }

    void values(const std::string& path, std::size_t bytes,
                const std::vector<std::uint64_t>& shape) {
        add("<DataItem Format=\"HDF\" NumberType=\"Float\" Precision=\"{}\" "
            "Dimensions=\"{}\">{}:{}</DataItem>\n",
            bytes, fmt::join(shape, " "), file_, escape(path));
    }

    std::string file_, text_;
    std::size_t most_times_;
};

} // namespace

std::string xdmf_text(const std::vector<FieldDataset>& fields, const std::string& file,
                      const std::string& title, std::size_t most_times) {
    return Text(file, most_times).document(fields, title);
}

std::string write_xdmf(const std::string& path) {
    const std::vector<FieldDataset> fields = field_datasets(path);
    if (fields.empty()) {
        return {};
    }
    const std::filesystem::path source(path);
    // Only .h5 is replaced, so that no name of an output file is also its sidecar's.
    std::string target = source.extension() == ".h5"
                             ? std::filesystem::path(source).replace_extension(".xdmf").string()
                             : path + ".xdmf";
    const std::string partial = target + ".partial";
    std::ofstream file(partial, std::ios::binary);
    file << xdmf_text(fields, source.filename().string(), file_info(path).title);
    file.close();
    if (!file) {
        throw FileSystemError(
            fmt::format("{}: cannot be written: {}", partial, std::strerror(errno)));
    }
    rename_durably(partial, target);
    return target;
}

} // namespace equipoise::io
