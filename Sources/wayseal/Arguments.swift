public import ArgumentParser
public import Build
public import Redirects
public import Site

// Names of the model that are also values of options.

extension BuildOptions.Archive: ExpressibleByArgument {}
extension CodeSettings.Level: ExpressibleByArgument {}
extension Simulator.Request.Scheme: ExpressibleByArgument {}
extension Server: ExpressibleByArgument {}
