// Linked into a program before the MPI library, this counts the program's messages: MPI's functions
// are also there under the names PMPI_..., for such purposes. The calls of PETSc and HDF5 are
// counted with the program's own.
//
// At its end every rank writes $MESSAGE_COUNTS.RANK, one line for each function, size of
// communicator and size of message:
//     NAME RANKS BYTES CALLS
// BYTES is what this rank hands over in a call: its contribution to a sum, what the root of a
// broadcast sends (counted on every rank), what a point-to-point message holds.

#include <mpi.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <tuple>

namespace {

using Kind = std::tuple<std::string, int, std::int64_t>; // name, ranks, bytes

std::map<Kind, std::int64_t>& calls() {
    static std::map<Kind, std::int64_t> all;
    return all;
}

void count(const char* name, MPI_Comm comm, int elements, MPI_Datatype type) {
    int ranks = 0;
    int size = 0;
    PMPI_Comm_size(comm, &ranks);
    PMPI_Type_size(type, &size);
    ++calls()[{name, ranks, std::int64_t{elements} * size}];
}

} // namespace

// Their parameters have the types and the order of the standard's.
extern "C" {

int MPI_Allreduce(const void* out, void* in, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
    count("Allreduce", comm, n, type);
    return PMPI_Allreduce(out, in, n, type, op, comm);
}

int MPI_Iallreduce(const void* out, void* in, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm,
                   MPI_Request* request) {
    count("Iallreduce", comm, n, type);
    return PMPI_Iallreduce(out, in, n, type, op, comm, request);
}

int MPI_Reduce(const void* out, void* in, int n, MPI_Datatype type, MPI_Op op, int root,
               MPI_Comm comm) {
    count("Reduce", comm, n, type);
    return PMPI_Reduce(out, in, n, type, op, root, comm);
}

int MPI_Scan(const void* out, void* in, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
    count("Scan", comm, n, type);
    return PMPI_Scan(out, in, n, type, op, comm);
}

int MPI_Exscan(const void* out, void* in, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
    count("Exscan", comm, n, type);
    return PMPI_Exscan(out, in, n, type, op, comm);
}

int MPI_Barrier(MPI_Comm comm) {
    count("Barrier", comm, 0, MPI_BYTE);
    return PMPI_Barrier(comm);
}

int MPI_Bcast(void* data, int n, MPI_Datatype type, int root, MPI_Comm comm) {
    count("Bcast", comm, n, type);
    return PMPI_Bcast(data, n, type, root, comm);
}

int MPI_Gather(const void* out, int n, MPI_Datatype type, void* in, int m, MPI_Datatype type_in,
               int root, MPI_Comm comm) {
    count("Gather", comm, n, type);
    return PMPI_Gather(out, n, type, in, m, type_in, root, comm);
}

int MPI_Gatherv(const void* out, int n, MPI_Datatype type, void* in, const int* m, const int* at,
                MPI_Datatype type_in, int root, MPI_Comm comm) {
    count("Gatherv", comm, n, type);
    return PMPI_Gatherv(out, n, type, in, m, at, type_in, root, comm);
}

int MPI_Allgather(const void* out, int n, MPI_Datatype type, void* in, int m, MPI_Datatype type_in,
                  MPI_Comm comm) {
    count("Allgather", comm, n, type);
    return PMPI_Allgather(out, n, type, in, m, type_in, comm);
}

int MPI_Allgatherv(const void* out, int n, MPI_Datatype type, void* in, const int* m, const int* at,
                   MPI_Datatype type_in, MPI_Comm comm) {
    count("Allgatherv", comm, n, type);
    return PMPI_Allgatherv(out, n, type, in, m, at, type_in, comm);
}

int MPI_Scatterv(const void* out, const int* n, const int* at, MPI_Datatype type, void* in, int m,
                 MPI_Datatype type_in, int root, MPI_Comm comm) {
    count("Scatterv", comm, m, type_in);
    return PMPI_Scatterv(out, n, at, type, in, m, type_in, root, comm);
}

int MPI_Alltoall(const void* out, int n, MPI_Datatype type, void* in, int m, MPI_Datatype type_in,
                 MPI_Comm comm) {
    int ranks = 0;
    PMPI_Comm_size(comm, &ranks);
    count("Alltoall", comm, n * ranks, type);
    return PMPI_Alltoall(out, n, type, in, m, type_in, comm);
}

int MPI_Send(const void* out, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm) {
    count("Send", comm, n, type);
    return PMPI_Send(out, n, type, to, tag, comm);
}

int MPI_Ssend(const void* out, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm) {
    count("Send", comm, n, type);
    return PMPI_Ssend(out, n, type, to, tag, comm);
}

int MPI_Isend(const void* out, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request* request) {
    count("Send", comm, n, type);
    return PMPI_Isend(out, n, type, to, tag, comm, request);
}

int MPI_Issend(const void* out, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm,
               MPI_Request* request) {
    count("Send", comm, n, type);
    return PMPI_Issend(out, n, type, to, tag, comm, request);
}

// Persistent requests, as PETSc's scatters use them: sizes are not known here any more, the calls
// are.
int MPI_Start(MPI_Request* request) {
    count("Start", MPI_COMM_WORLD, 0, MPI_BYTE);
    return PMPI_Start(request);
}

int MPI_Startall(int n, MPI_Request* requests) {
    for (int i = 0; i < n; ++i) {
        count("Start", MPI_COMM_WORLD, 0, MPI_BYTE);
    }
    return PMPI_Startall(n, requests);
}

int MPI_Finalize(void) {
    if (const char* path = std::getenv("MESSAGE_COUNTS"); path != nullptr) {
        int rank = 0;
        PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
        std::ofstream file(std::string(path).append(".").append(std::to_string(rank)));
        for (const auto& [kind, count] : calls()) {
            const auto& [name, ranks, bytes] = kind;
            file << name << ' ' << ranks << ' ' << bytes << ' ' << count << '\n';
        }
    }
    return PMPI_Finalize();
}

} // extern "C"
