#pragma once

#include <string>

/// What a file needs to survive a crash of the machine, beyond being written.
namespace equipoise::io {

/// The folder of `path`, "." when it names none.
std::string folder_of(const std::string& path);
/// Throws FileSystemError unless files can be made in the folder of `path`.
void require_writable_folder(const std::string& path);
/// The file's content is on the disk when this returns.
void make_durable(const std::string& path);
/// Renames and makes the new name durable (fsync of the folder).
void rename_durably(const std::string& from, const std::string& to);

} // namespace equipoise::io
