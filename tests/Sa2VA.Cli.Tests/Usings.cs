global using Sa2VA.Testing;
