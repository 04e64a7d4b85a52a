// For builds under LeakSanitizer: shared libraries are never unloaded. MPI closes its plugins
// before the process ends, and leaks in what is gone cannot be named, nor then told from ours.
extern "C" int dlclose(void* /*handle*/) {
    return 0;
}
