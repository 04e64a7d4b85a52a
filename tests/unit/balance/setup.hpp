#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/read.hpp"
#include "equipoise/model/model.hpp"

#include <string>
#include <utility>

/// A configuration's text with what refers to it; stays where it is made.
struct Setup {
    equipoise::config::Config config;
    equipoise::model::Model model;
    equipoise::balance::Balance balance;

    explicit Setup(const std::string& text)
        : Setup(equipoise::config::read_text(text, "test.ini")) {}
    explicit Setup(equipoise::config::Config source)
        : config(std::move(source)), model(config), balance(model) {}
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;
};

/// Excitatory e and inhibitory i, linear drift and constant noise, on a domain; then `rest`.
/// `e` and `i`: further lines of the two populations.
inline std::string two_populations(const std::string& domain, const std::string& rest,
                                   const std::string& e = "", const std::string& i = "") {
    return "[run]\nt_end = 1\n[domain]\nkind = " + domain +
           "\n[populations]\nnames = e i\n[population.e]\nsign = excitatory\nneurons = 400\ndrift "
           "= "
           "linear(tau=1)\nnoise = constant(sigma=1)\n" +
           e +
           "\n[population.i]\nsign = inhibitory\nneurons = 400\ndrift = linear(tau=1)\nnoise = "
           "constant(sigma=1)\n" +
           i + "\n[network]\ntime_step = 0.01\n" + rest;
}

/// A coupling's section.
inline std::string coupling(const std::string& target, const std::string& source,
                            const std::string& kernel, const std::string& gain) {
    return "[coupling." + target + "." + source + "]\nkernel = " + kernel + "\ngain = " + gain +
           "\n";
}
