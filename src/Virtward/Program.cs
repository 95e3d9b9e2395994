Console.WriteLine("virtward");
return 0;
